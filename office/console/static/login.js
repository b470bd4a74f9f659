// A link on another site opens this page without the session, though there may be one: browsers keep our cookie back
// then (SameSite=Strict). A request of our own page brings it along, so this asks once more who is there.
"use strict";
(async () => {
  if (document.querySelector("[role=alert]")) return; // somebody has just tried to log in
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect") location.replace(location.href);
  } catch {
    // The office does not answer; the form stands.
  }
})();
