// Making of SVG, for all the pictures.

const SPACE = "http://www.w3.org/2000/svg";

export function svg(name, given = {}, ...inside) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(given)) if (value !== undefined && value !== null) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

export function picture(width, height, label, ...inside) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, ...inside);
}

/** Round steps between two numbers: about `wanted` of them. */
export function steps(low, high, wanted) {
  const rough = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

export const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
