// Projections: places of the earth in the plane of the map and back, by the formulas that PROJ uses (Snyder 1987).

/**
 * @import { DatumShift, MapProjection } from "./page_model.d.ts"
 *
 * @typedef {[number, number]} Pair
 *
 * @typedef {object} Plane Metres of the plane from degrees of WGS 84, and back; every place gives finite numbers.
 * @property {(lon: number, lat: number) => Pair} forward
 * @property {(x: number, y: number) => Pair} inverse
 *
 * @typedef {object} Formulas Metres from radians east of the middle and of latitude, and back.
 * @property {(lam: number, phi: number) => Pair} forward
 * @property {(x: number, y: number) => Pair} inverse
 */

const { abs, asin, atan, atan2, atanh, cos, hypot, PI, sin, sinh, sqrt } = Math;
const RADIANS = PI / 180;
const HIGHEST_LATITUDE = 85.05 * RADIANS;

/** @type {Record<MapProjection["method"], (projection: MapProjection) => Formulas>} */
const METHODS = { azimuthal, conic, cylindrical, equal_earth: equalEarth, mercator };

/**
 * @param {MapProjection} projection
 * @returns {Plane}
 */
export function planeOf(projection) {
  const { forward, inverse } = METHODS[projection.method](projection);
  const { lon_0, x_0, y_0, shift, method } = projection;
  const middle = method === "mercator" ? lon_0 * RADIANS * projection.radius_m : x_0;
  const moved = shift ? (/** @type {Pair} */ place) => shifted(shift, place) : () => [0, 0];
  return {
    forward(lon, lat) {
      const east = turned(lon - lon_0) * RADIANS;
      const [x, y] = forward(east, within(lat, 90) * RADIANS);
      const [dx, dy] = moved([x + middle, y + y_0]);
      return [x + middle + dx, y + y_0 + dy];
    },
    inverse(x, y) {
      const [dx, dy] = moved([x, y]);
      const [lam, phi] = inverse(x - dx - middle, y - dy - y_0);
      const lon = lam / RADIANS + lon_0;
      return [method === "mercator" ? lon : turned(lon), phi / RADIANS];
    },
  };
}

/**
 * @param {DatumShift} shift
 * @param {Pair} place
 * @returns {Pair}
 */
function shifted({ x, y, reach, east, north }, place) {
  const [u, v] = [within((place[0] - x) / reach, 2), within((place[1] - y) / reach, 2)];
  const terms = [1, u, v, u * u, u * v, v * v];
  const sum = (/** @type {number[]} */ factors) => factors.reduce((total, factor, i) => total + factor * terms[i], 0);
  return [sum(east), sum(north)];
}

/** @param {number} degrees */
function turned(degrees) {
  return degrees - 360 * Math.floor((degrees + 180) / 360);
}

/**
 * @param {number} value
 * @param {number} reach
 */
function within(value, reach) {
  return Math.max(-reach, Math.min(reach, value));
}

/**
 * The measure q of the area between the equator and a latitude, and the latitude of a q.
 * @param {number} e2 The square of the eccentricity.
 */
function areaMeasure(e2) {
  const e = sqrt(e2);
  const q = (/** @type {number} */ phi) => {
    const s = sin(phi);
    return e2 ? (1 - e2) * (s / (1 - e2 * s * s) + atanh(e * s) / e) : 2 * s;
  };
  const atPole = q(PI / 2);
  const latitude = (/** @type {number} */ value) => {
    const beta = asin(within(value / atPole, 1));
    if (PI / 2 - abs(beta) < 1e-9) return beta;
    let phi = beta;
    for (let round = 0; round < 12; round++) {
      const s = sin(phi);
      const slope = (2 * (1 - e2) * cos(phi)) / (1 - e2 * s * s) ** 2;
      const step = (value - q(phi)) / slope;
      phi = within(phi + step, PI / 2);
      if (abs(step) < 1e-13) break;
    }
    return phi;
  };
  return { q, atPole, latitude };
}

/**
 * The radius of a parallel in half axes of the ellipsoid.
 * @param {number} phi
 * @param {number} e2
 */
function parallel(phi, e2) {
  return cos(phi) / sqrt(1 - e2 * sin(phi) ** 2);
}

/**
 * Lambert's azimuthal projection, at a pole, too.
 * @param {MapProjection} projection
 * @returns {Formulas}
 */
function azimuthal({ lat_0, radius_m: a, eccentricity_2: e2 }) {
  const { q, atPole, latitude } = areaMeasure(e2);
  const phi0 = lat_0 * RADIANS;
  const radius = a * sqrt(atPole / 2);
  if (PI / 2 - abs(phi0) < 1e-9) {
    const north = phi0 > 0 ? 1 : -1;
    return {
      forward(lam, phi) {
        const rho = a * sqrt(Math.max(0, atPole - north * q(phi)));
        return [rho * sin(lam), -north * rho * cos(lam)];
      },
      inverse(x, y) {
        const rho = hypot(x, y);
        const value = north * (atPole - within(rho / a, sqrt(2 * atPole)) ** 2);
        return [rho ? atan2(x, -north * y) : 0, latitude(value)];
      },
    };
  }
  const beta0 = asin(within(q(phi0) / atPole, 1));
  const [sin0, cos0] = [sin(beta0), cos(beta0)];
  const d = (a * parallel(phi0, e2)) / (radius * cos0);
  return {
    forward(lam, phi) {
      const beta = asin(within(q(phi) / atPole, 1));
      const away = 1 + sin0 * sin(beta) + cos0 * cos(beta) * cos(lam);
      const b = radius * sqrt(2 / Math.max(away, 1e-12));
      return [b * d * cos(beta) * sin(lam), (b / d) * (cos0 * sin(beta) - sin0 * cos(beta) * cos(lam))];
    },
    inverse(x, y) {
      const [u, v] = [x / d, y * d];
      const rho = hypot(u, v);
      if (!rho) return [0, phi0];
      const c = 2 * asin(within(rho / (2 * radius), 1));
      const beta = asin(within(cos(c) * sin0 + (v * sin(c) * cos0) / rho, 1));
      return [atan2(u * sin(c), rho * cos0 * cos(c) - v * sin0 * sin(c)), latitude(atPole * sin(beta))];
    },
  };
}

/**
 * Albers' conic projection.
 * @param {MapProjection} projection
 * @returns {Formulas}
 */
function conic({ lat_0, lat_1, lat_2, radius_m: a, eccentricity_2: e2 }) {
  const { q, atPole, latitude } = areaMeasure(e2);
  const [phi1, phi2] = [lat_1 * RADIANS, lat_2 * RADIANS];
  const [m1, m2] = [parallel(phi1, e2), parallel(phi2, e2)];
  const n = abs(phi1 - phi2) < 1e-10 ? sin(phi1) : (m1 * m1 - m2 * m2) / (q(phi2) - q(phi1));
  const c = m1 * m1 + n * q(phi1);
  const rhoOf = (/** @type {number} */ value) => (a * sqrt(Math.max(0, c - n * value))) / n;
  const rho0 = rhoOf(q(lat_0 * RADIANS));
  return {
    forward(lam, phi) {
      const rho = rhoOf(q(phi));
      return [rho * sin(n * lam), rho0 - rho * cos(n * lam)];
    },
    inverse(x, y) {
      const sign = n < 0 ? -1 : 1;
      const rho = hypot(x, rho0 - y);
      const lam = within(atan2(sign * x, sign * (rho0 - y)) / n, PI);
      return [lam, latitude(within((c - ((rho * n) / a) ** 2) / n, atPole))];
    },
  };
}

/**
 * Lambert's cylindrical projection.
 * @param {MapProjection} projection
 * @returns {Formulas}
 */
function cylindrical({ lat_1, radius_m: a, eccentricity_2: e2 }) {
  const { q, atPole, latitude } = areaMeasure(e2);
  const k = parallel(lat_1 * RADIANS, e2);
  return {
    forward: (lam, phi) => [a * k * lam, (a * q(phi)) / (2 * k)],
    inverse: (x, y) => [within(x / (a * k), PI), latitude(within((2 * k * y) / a, atPole))],
  };
}

/**
 * Equal Earth (Šavrič, Patterson and Jenny 2018).
 * @param {MapProjection} projection
 * @returns {Formulas}
 */
function equalEarth({ radius_m: a, eccentricity_2: e2 }) {
  const { q, atPole, latitude } = areaMeasure(e2);
  const radius = a * sqrt(atPole / 2);
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const m = sqrt(3) / 2;
  const height = (/** @type {number} */ t) => t * (a1 + a2 * t ** 2 + t ** 6 * (a3 + a4 * t ** 2));
  const slope = (/** @type {number} */ t) => a1 + 3 * a2 * t ** 2 + t ** 6 * (7 * a3 + 9 * a4 * t ** 2);
  const top = asin(m);
  return {
    forward(lam, phi) {
      const t = asin(m * within(q(phi) / atPole, 1));
      return [(radius * lam * cos(t)) / (m * slope(t)), radius * height(t)];
    },
    inverse(x, y) {
      let t = within(y / (radius * a1), top);
      for (let round = 0; round < 12; round++) {
        const step = (y / radius - height(t)) / slope(t);
        t = within(t + step, top);
        if (abs(step) < 1e-13) break;
      }
      const lam = within((x * m * slope(t)) / (radius * cos(t)), PI);
      return [lam, latitude(within((atPole * sin(t)) / m, atPole))];
    },
  };
}

/**
 * The web's: Mercator's on a sphere.
 * @param {MapProjection} projection
 * @returns {Formulas}
 */
function mercator({ radius_m: a }) {
  return {
    forward: (lam, phi) => [a * lam, a * atanh(sin(within(phi, HIGHEST_LATITUDE)))],
    inverse: (x, y) => [x / a, atan(sinh(within(y / a, 6)))],
  };
}
