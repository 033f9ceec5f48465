/**
 * The browser's extension API, and the only module that names it. (The content script says it once
 * more: it cannot import.) Listeners must be handed over in the first turn of the worker, else the
 * event that woke it is lost.
 */

const KEEP_ALIVE_ALARM = "link";
const ALARM_PERIOD_MIN = 0.5;

/**
 * @typedef {{get(key: string): Promise<any>, set(key: string, value: unknown): Promise<void>,
 *   remove(key: string): Promise<void>}} Store
 */

/**
 * @param {chrome.storage.StorageArea} area
 * @returns {Store}
 */
function storeIn(area) {
  return {
    get: async (key) => (await area.get(key))[key],
    set: (key, value) => area.set({ [key]: value }),
    remove: (key) => area.remove(key),
  };
}

/** Survives the browser; keeps the token. */
export const local = storeIn(chrome.storage.local);

/** Survives the worker, not the browser. */
export const session = storeIn(chrome.storage.session);

/** Chromium lets content scripts read `storage.local` unless told otherwise; Firefox cannot be told. */
export async function closeStorageToPages() {
  await chrome.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
}

/**
 * @typedef {object} Port
 * @property {string} name
 * @property {number | null} tab in which the other end is; null outside of tabs
 * @property {(message: any) => void} post
 * @property {(listener: (message: any) => void) => void} onMessage
 * @property {(listener: () => void) => void} onGone
 * @property {() => void} close
 */

/**
 * @param {chrome.runtime.Port} port
 * @returns {Port}
 */
function wrapped(port) {
  return {
    name: port.name,
    tab: port.sender?.tab?.id ?? null,
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.onMessage.addListener((message) => listener(message)),
    onGone: (listener) => port.onDisconnect.addListener(() => listener()),
    close: () => port.disconnect(),
  };
}

/** @param {(port: Port) => void} listener */
export function onPort(listener) {
  chrome.runtime.onConnect.addListener((port) => listener(wrapped(port)));
}

/**
 * @param {string} name
 * @returns {Port}
 */
export function openPort(name) {
  return wrapped(chrome.runtime.connect({ name }));
}

/**
 * Wakes a worker that was stopped: at the start of the browser, and every half minute.
 *
 * @param {() => void} listener
 */
export function onWake(listener) {
  chrome.runtime.onStartup.addListener(listener);
  chrome.runtime.onInstalled.addListener(listener);
  chrome.alarms.onAlarm.addListener(listener);
}

export async function setAlarm() {
  await chrome.alarms.create(KEEP_ALIVE_ALARM, { periodInMinutes: ALARM_PERIOD_MIN });
}

/** Any API call counts as life where socket traffic does not (Firefox). */
export async function stayAlive() {
  await chrome.runtime.getPlatformInfo();
}

/**
 * @param {{text: string, color: string, title: string}} badge
 */
export async function setBadge({ text, color, title }) {
  await Promise.all([
    chrome.action.setBadgeText({ text }),
    chrome.action.setBadgeBackgroundColor({ color }),
    chrome.action.setBadgeTextColor({ color: "#ffffff" }),
    chrome.action.setTitle({ title }),
  ]);
}

/** @param {string} url */
export async function openTab(url) {
  await chrome.tabs.create({ url });
}

export async function openSettings() {
  await chrome.runtime.openOptionsPage();
}

/**
 * A catalogue of texts, for the worker: Chromium cannot import JSON into a service worker that was
 * stopped and starts again ("Failed to load the script unexpectedly", seen in 156).
 *
 * @param {string} language
 * @returns {Promise<typeof import("./_locales/en/messages.json")>}
 */
export async function readCatalogue(language) {
  const file = chrome.runtime.getURL(`_locales/${language}/messages.json`);
  return (await fetch(file)).json();
}

/** @returns {string} */
export function version() {
  return chrome.runtime.getManifest().version;
}
