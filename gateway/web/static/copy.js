// A button that copies, at each element marked data-copy; without scripts its text can be selected.
for (const block of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  const told = document.createElement("span");
  button.type = "button";
  button.className = "copy";
  button.textContent = block.dataset.copy;
  button.setAttribute("aria-label", `${block.dataset.copy}: ${block.getAttribute("aria-label")}`);
  told.className = "copied";
  told.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      told.textContent = block.dataset.copied;
    } catch {
      getSelection().selectAllChildren(block);
      told.textContent = block.dataset.selected;
    }
    setTimeout(() => { told.textContent = ""; }, 5000);
  });
  const bar = document.createElement("div");
  bar.className = "copy-bar";
  bar.append(button, told);
  block.before(bar);
}
