// Sends the page's form on without a press; where scripts do not run, its button does it.
document.querySelector("form[data-submit]").requestSubmit();
