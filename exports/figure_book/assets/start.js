// Puts the page together.

fillPicker();
overview();
overTheYears();
profile();
endings();
afterwards();
money();
activation();
risersAndFallers();
picker.value = firstChoice();
show(picker.value);
if (/^#gemeente-/.test(location.hash)) document.getElementById("per-gemeente").scrollIntoView();
addEventListener("hashchange", () => {
  const asked = location.hash.match(/^#gemeente-(\d{5})$/)?.[1];
  if (asked && asked !== picker.value) choose(asked, true);
});
document.documentElement.dataset.ready = "true";
