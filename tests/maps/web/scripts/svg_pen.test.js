import assert from "node:assert/strict";
import { test } from "node:test";

import { SvgPath, SvgPen } from "../../../../maps/web/src/svg_pen.js";

const tools = { measure: (/** @type {string} */ text) => 6 * text.length, picture: () => "data:image/png;base64,AA" };
const pen = () => new SvgPen(tools);

test("shapes have the colours, widths and dashes that were set", () => {
  const one = pen();
  const path = new SvgPath();
  path.moveTo(0, 0);
  path.lineTo(10.1234, 5);
  path.closePath();
  one.fillStyle = "#A8401F";
  one.globalAlpha = 0.16;
  one.fill(path, "evenodd");
  one.globalAlpha = 1;
  one.strokeStyle = "#111";
  one.lineWidth = 1.5;
  one.lineJoin = one.lineCap = "round";
  one.setLineDash([4, 2]);
  one.stroke(path);
  assert.deepEqual(one.parts, [
    '<path d="M0 0L10.12 5Z" fill="#A8401F" fill-rule="evenodd" opacity="0.16"/>',
    '<path d="M0 0L10.12 5Z" fill="none" stroke="#111" stroke-width="1.5" stroke-linejoin="round"' +
      ' stroke-linecap="round" stroke-dasharray="4 2"/>',
  ]);
});

test("whole circles close, and parts of circles stay open", () => {
  const whole = new SvgPath();
  whole.arc(5, 5, 2, 0, 7);
  assert.equal(whole.text, "M7 5A2 2 0 1 1 3 5A2 2 0 1 1 7 5Z");
  const part = new SvgPath();
  part.arc(0, 0, 2, 0, Math.PI / 2);
  assert.equal(part.text, "M2 0A2 2 0 0 1 0 2");
});

test("texts are texts, whatever they say", () => {
  const one = pen();
  one.font = 'italic 500 11.5px Inter, "Segoe UI", sans-serif';
  one.textAlign = "center";
  one.textBaseline = "middle";
  one.letterSpacing = "2.5px";
  one.fillStyle = "#37678A";
  one.fillText("</text><script>\u0000 & '西'", 10, 20);
  const [text] = one.parts;
  assert.match(text, /^<text x="10" y="24.03" font-family="Inter, &quot;Segoe UI&quot;, sans-serif" font-size="11.5"/);
  assert.match(text, /font-style="italic" letter-spacing="2.5" text-anchor="middle" fill="#37678A"/);
  assert.ok(text.endsWith(">&lt;/text&gt;&lt;script&gt;\ufffd &amp; &#39;西&#39;</text>"));
});

test("what is saved comes back, and what is clipped ends there", () => {
  const one = pen();
  one.fillStyle = "#fff";
  one.save();
  one.translate(10, 20);
  one.scale(2, 2);
  one.beginPath();
  one.rect(0, 0, 5, 5);
  one.clip();
  one.fillStyle = "#000";
  one.fillRect(0, 0, 1, 1);
  one.restore();
  one.fillRect(1, 2, 3, 4);
  assert.deepEqual(one.parts, [
    '<clipPath id="clip-1"><path d="M0 0h5v5h-5Z" transform="matrix(2 0 0 2 10 20)"/></clipPath><g clip-path="url(#clip-1)">',
    '<path d="M0 0h1v1h-1Z" fill="#000" transform="matrix(2 0 0 2 10 20)"/>',
    "</g>",
    '<path d="M1 2h3v4h-3Z" fill="#fff"/>',
  ]);
});

test("a drawing has its size on paper and a title", () => {
  const one = pen();
  one.fillRect(0, 0, 10, 10);
  const text = one.drawing({ width: 1122.5197, height: 793.7008, title: "A & B", unit: "mm", ratio: 96 / 25.4 });
  assert.match(text, /width="297mm" height="210mm" viewBox="0 0 1122.5197 793.7008" role="img" aria-label="A &amp; B"/);
  assert.equal(text.match(/<g/g)?.length ?? 0, text.match(/<\/g>/g)?.length ?? 0);
});
