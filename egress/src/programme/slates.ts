/** What is written over an empty stage when nobody says it in another language. */
export const englishSlates = { soon: "Starting soon", back: "Back soon" };
