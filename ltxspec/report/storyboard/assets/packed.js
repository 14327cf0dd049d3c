/* The data name each video by a number; from here on they have the video itself. See `packing.py`. */

{
  const clips = DATA.clips.map(([kind, own]) => ({ ...own, ...DATA.kinds[kind] }));
  for (const sides of Object.values(DATA.players)) for (const side of Object.keys(sides)) sides[side] = clips[sides[side]];
  for (const { takes } of Object.values(DATA.takes)) for (const { results } of takes) for (const result of results) if (result.clip !== undefined) result.clip = clips[result.clip];
}
