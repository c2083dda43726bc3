/** Logo or name of whoever invites. On its own plate: a logo is drawn for light ground. */
export function BrandMark({ name, logo }: { name: string; logo: string | null }) {
  if (!logo) return <span className="brand-mark">{name}</span>;
  return (
    <span className="brand-mark plate">
      {/* biome-ignore lint/performance/noImgElement: our own picture, encoded and cached for good already */}
      <img src={logo} alt={name} />
    </span>
  );
}
