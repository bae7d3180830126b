// Goes on to the service once the others have heard in their frames, or one of them takes too long.
const link = document.querySelector("a[data-go-on]");
let gone = false;
function goOn() {
  if (gone) return;
  gone = true;
  location.replace(link.href);
}
addEventListener("load", goOn); // after the frames' own
setTimeout(goOn, 4000);
