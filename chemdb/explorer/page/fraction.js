/** Exact numbers. */

/** @import {Comparison, Fraction} from "./types.js" */

/** @param {bigint} a @param {bigint} b @returns {bigint} */
function gcd(a, b) {
  a = a < 0n ? -a : a;
  while (b) [a, b] = [b, a % b];
  return a;
}

/**
 * The reduced fraction of two whole numbers.
 * @param {bigint | number} numerator
 * @param {bigint | number} [denominator]  Not 0
 * @returns {Fraction}
 */
export function fraction(numerator, denominator = 1n) {
  let n = BigInt(numerator);
  let d = BigInt(denominator);
  const divisor = gcd(n, d < 0n ? -d : d) * (d < 0n ? -1n : 1n);
  n /= divisor;
  d /= divisor;
  return { n, d };
}

/**
 * The number in a text such as 3, 0.25, 1e-3 or 2/3; null if it is none.
 * @param {string} text
 * @returns {Fraction | null}
 */
export function readFraction(text) {
  const ratio = /^([+-]?\d+)\/(\d+)$/.exec(text);
  if (ratio) return /^0+$/.test(ratio[2]) ? null : fraction(BigInt(ratio[1]), BigInt(ratio[2]));
  const decimal = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!decimal) return null;
  const [, sign, whole = "", after, only, power = "0"] = decimal;
  const decimals = after ?? only ?? "";
  const digits = BigInt(whole + decimals) * (sign === "-" ? -1n : 1n);
  const exponent = Number(power) - decimals.length;
  return exponent < 0 ? fraction(digits, 10n ** BigInt(-exponent)) : fraction(digits * 10n ** BigInt(exponent));
}

/** @param {Fraction} a @param {Fraction} b @returns {number}  Negative, 0 or positive */
export function compare(a, b) {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export function add(a, b) {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** @param {Fraction} number @returns {number} */
export function toNumber(number) {
  return Number(number.n) / Number(number.d);
}

/**
 * The nearest fraction with a denominator of at most `most`, as Python's `Fraction.limit_denominator`.
 * @param {Fraction} number
 * @param {number} most
 * @returns {Fraction}
 */
export function limitDenominator(number, most) {
  const limit = BigInt(most);
  if (number.d <= limit) return number;
  let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
  let { n, d } = number;
  for (;;) {
    const a = floorDivide(n, d);
    const q2 = q0 + a * q1;
    if (q2 > limit) break;
    [p0, q0, p1, q1] = [p1, q1, p0 + a * p1, q2];
    [n, d] = [d, n - a * d];
  }
  const k = (limit - q0) / q1;
  return 2n * d * (q0 + k * q1) <= number.d ? fraction(p1, q1) : fraction(p0 + k * p1, q0 + k * q1);
}

/** @param {bigint} a @param {bigint} b @returns {bigint} */
function floorDivide(a, b) {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/**
 * Whether a comparison of two numbers holds.
 * @param {number} left @param {Comparison} comparison @param {number} right
 * @returns {boolean}
 */
export function holds(left, comparison, right) {
  switch (comparison) {
    case "=": return left === right;
    case "!=": return left !== right;
    case "<": return left < right;
    case "<=": return left <= right;
    case ">": return left > right;
    case ">=": return left >= right;
  }
}
