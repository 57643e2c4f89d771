// Tells the server that a button was pressed by somebody's hand: a click that a script makes is not
// trusted, and a form that a script sends makes none. Browsers that send Sec-Fetch-User need no help.
"use strict";
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[name=verb]");
  const hand = button?.form?.elements.namedItem("hand");
  if (hand) hand.value = event.isTrusted ? "pressed" : "";
}, true);
