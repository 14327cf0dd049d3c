"use strict";

/* Small words for the page's own elements. */

const find = (root, selector) => root.querySelector(selector);
const all = (root, selector) => [...root.querySelectorAll(selector)];
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** The part of a player that does something, or shows something. */
const control = (root, name) => find(root, `[data-do="${name}"]`);
const display = (root, name) => find(root, `[data-show="${name}"]`);

/** An element with attributes and children; `on…` are no attributes here. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** What the page was given besides its text. */
const DATA = JSON.parse(document.getElementById("data").textContent);
