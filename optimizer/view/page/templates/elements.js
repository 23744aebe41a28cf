// Make the elements of a page.
"use strict";
(function (R) {
  // Make an element; its children are elements or text, never markup.
  R.el = (tag, attributes, ...children) => made(document.createElement(tag), attributes, children);
  R.svg = (tag, attributes, ...children) => made(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  function made(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(key, value);
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }
})((window.Rackgrid = window.Rackgrid || {}));
