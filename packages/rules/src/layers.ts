/** Simulcast layer (0 small .. 2 full) for a tile of `width` x `height` CSS pixels; null when it is not seen at all. */
export function layerForTile(tile: {
  width: number;
  height: number;
  pixelRatio: number;
  visible: boolean;
}): number | null {
  if (!tile.visible || tile.width <= 0 || tile.height <= 0) return null;
  const pixels = Math.max(tile.height, (tile.width * 9) / 16) * Math.min(tile.pixelRatio, 2);
  if (pixels <= 200) return 0;
  return pixels <= 420 ? 1 : 2;
}
