// Icons: the small drawings on buttons. They say nothing to a screen reader; the button has a name.

import { drawn } from "./dom.js";

/** Each as paths on a square of 16. */
const PATHS = {
  search: ["M6.8 1.8a5 5 0 1 1 0 10 5 5 0 0 1 0-10z", "M10.6 10.6l3.8 3.8"],
  link: ["M6.4 9.6l3.2-3.2", "M5.8 5.9L4 7.7a3 3 0 0 0 4.3 4.3l1.2-1.2", "M10.2 10.1L12 8.3A3 3 0 0 0 7.7 4L6.5 5.2"],
  save: ["M8 1.8v8.4", "M4.4 6.8L8 10.4l3.6-3.6", "M2.2 13.8h11.6"],
  theme: ["M13.6 9.6A6 6 0 1 1 6.6 2.4a4.8 4.8 0 0 0 7 7.2z"],
  close: ["M4 4l8 8", "M12 4l-8 8"],
  plus: ["M8 3v10", "M3 8h10"],
  minus: ["M3 8h10"],
  whole: ["M2 6V2h4", "M10 2h4v4", "M14 10v4h-4", "M6 14H2v-4"],
  ruler: ["M1.6 11.2l9.6-9.6 3.2 3.2-9.6 9.6z", "M4.4 8.4l1.4 1.4", "M6.8 6l2 2", "M9.2 3.6l1.4 1.4"],
  screen: ["M1.8 3h12.4v8.6H1.8z", "M5.4 14.2h5.2"],
  target: ["M8 3.4a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2z", "M8 1v4", "M8 11v4", "M1 8h4", "M11 8h4"],
  compare: ["M2 3h4.6v10H2z", "M9.4 3H14v10H9.4z"],
};

/** @typedef {keyof typeof PATHS} Icon */

/** @param {Icon} name */
export function icon(name) {
  return drawn(
    "svg",
    { class: "zp-icon", width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" },
    PATHS[name].map((d) => drawn("path", { d })),
  );
}
