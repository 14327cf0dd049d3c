"use strict";

/* Small words for the page's own elements. */

const find = (root, selector) => root.querySelector(selector);
const all = (root, selector) => [...root.querySelectorAll(selector)];
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** The part of a player that does something, or shows something. */
const control = (root, name) => find(root, `[data-do="${name}"]`);
const display = (root, name) => find(root, `[data-show="${name}"]`);

/** What the page was given besides its text. */
const DATA = JSON.parse(document.getElementById("data").textContent);
