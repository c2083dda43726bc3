/** The quality menu of the broadcast's player, and the marks on its scrubber. */
export const qualityEn = {
  button: "Quality",
  chosen: (quality: string) => `Quality: ${quality}`,
  automatic: "Automatic",
  now: (quality: string) => `now ${quality}`,
  audioOnly: "Audio only",
  moments: "Moments of the programme",
  poll: (question: string) => `Poll: ${question}`,
  question: "A question is answered",
  chapter: (title: string) => `Chapter: ${title}`,
};
