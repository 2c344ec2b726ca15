// An act on many people goes on part by part; without script the button does it.

/** @type {HTMLFormElement} */ (document.getElementById("going")).submit();
