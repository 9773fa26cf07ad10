// Pens: hatches, dots and lines, the same on the map and in the legend.

export const INK = "#1c1917";

// A tile of parallel dark lines on white bands; `angle` counts anticlockwise from east.
export function hatch(context, [angle, spacing], ratio) {
  const diagonal = angle % 90 !== 0;
  const side = Math.round((diagonal ? spacing * Math.SQRT2 : spacing) * ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const pen = tile.getContext("2d");
  const stroke = (colour, width) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width * ratio;
    pen.beginPath();
    for (const shift of diagonal ? [-side, 0, side] : [0]) {
      if (angle === 45) line(pen, shift - side, side * 2, shift + side * 2, -side);
      else if (angle === 135) line(pen, shift - side, -side, shift + side * 2, side * 2);
      else if (angle === 90) line(pen, side / 2, 0, side / 2, side);
      else line(pen, 0, side / 2, side, side / 2);
    }
    pen.stroke();
  };
  stroke("rgba(255,255,255,.75)", 2.6);
  stroke("#111", 1);
  return filling(context, tile, ratio);
}

// A tile of dots in the colour of a layer, each in a white ring: round, square, dashes or bars, so that colour is not all.
export function dots(context, { colour, dot }, ratio) {
  const side = Math.round(7 * ratio);
  const [wide, high] = [
    [1.5, 1.5],
    [1.4, 1.4],
    [2.4, 0.9],
    [0.9, 2.4],
  ][dot].map((half) => half * ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const pen = tile.getContext("2d");
  for (const [fill, around] of [
    ["rgba(255,255,255,.85)", 0.75 * ratio],
    [colour, 0],
  ]) {
    const [x, y] = [wide + around, high + around];
    pen.fillStyle = fill;
    pen.beginPath();
    if (dot === 0) pen.arc(side / 2, side / 2, x, 0, 7);
    else pen.rect(side / 2 - x, side / 2 - y, 2 * x, 2 * y);
    pen.fill();
  }
  return filling(context, tile, ratio);
}

// The outline of a layer of dots.
export function dottedEdge({ colour }) {
  return { colour, width: 1.4, edge: 0.8 };
}

function filling(context, tile, ratio) {
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

export function line(pen, x0, y0, x1, y1) {
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
}

// A line with a white edge on both sides, so that it is seen on every fill.
export function cased(context, path, { colour = INK, width = 1, dashes = [], edge = 1.4 }) {
  context.lineJoin = context.lineCap = "round";
  context.setLineDash([]);
  context.strokeStyle = "rgba(255,255,255,.9)";
  context.lineWidth = width + 2 * edge;
  context.stroke(path);
  context.setLineDash(dashes.map((length) => length * Math.max(1, width)));
  if (dashes.length) context.lineCap = "butt";
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
  context.setLineDash([]);
}

// A unit that waits for somebody: a ring. One that hangs on what was assumed: an open diamond. One that planners decided:
// a square.
export function mark(context, kind, x, y, thin = 1) {
  context.beginPath();
  if (kind === "waiting") context.arc(x, y, 4.2 * thin, 0, 7);
  else if (kind === "assumed") diamond(context, x, y, 5 * thin);
  else context.rect(x - 3.5 * thin, y - 3.5 * thin, 7 * thin, 7 * thin);
  const open = kind !== "decision";
  context.fillStyle = open ? "#fff" : INK;
  context.strokeStyle = open ? INK : "#fff";
  context.lineWidth = (open ? 1.8 : 1.4) * thin;
  context.fill();
  context.stroke();
}

export function diamond(context, x, y, radius) {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

export function bubble(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = "#1f5f8b"; // opaque: over a dark zone it would be another colour than in the legend
  context.strokeStyle = "#fff";
  context.lineWidth = 1.6;
  context.fill();
  context.stroke();
}

// A small picture for the legend.
export function swatch(draw, width = 26, height = 15) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  draw(context, width, height, ratio);
  return canvas;
}

export function box(fillOf) {
  return swatch((context, width, height, ratio) => {
    context.fillStyle = "#fff";
    context.fillRect(0.5, 0.5, width - 1, height - 1);
    context.fillStyle = fillOf(context, ratio);
    context.fillRect(0.5, 0.5, width - 1, height - 1);
    context.strokeStyle = INK;
    context.lineWidth = 0.8;
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
  });
}
