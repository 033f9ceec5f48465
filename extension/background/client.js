/**
 * How the user will know this browser in the list of paired devices.
 *
 * @param {string} userAgent
 * @returns {string} such as "Firefox on Windows"
 */
export function clientName(userAgent) {
  const browser = firstMatch(userAgent, [
    [/Firefox\//, "Firefox"],
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Chrome\//, "Chrome"],
  ]);
  const system = firstMatch(userAgent, [
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/CrOS/, "ChromeOS"],
    [/Linux/, "Linux"],
  ]);
  return `${browser ?? "Browser"} on ${system ?? "an unknown system"}`;
}

/**
 * @param {string} text
 * @param {[RegExp, string][]} names
 */
function firstMatch(text, names) {
  return names.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
