"use strict";

// The page says everything without this script, which only hides what somebody does not look for.

const find = document.querySelector(".find");
if (find !== null) {
  const field = find.querySelector("input");
  const output = find.querySelector("output");
  const articles = [...document.querySelectorAll("article")].map((article) => ({
    article,
    text: article.textContent.toLowerCase(),
  }));
  const folds = [...document.querySelectorAll(".component, .group")];
  find.hidden = articles.length === 0;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const { article, text } of articles) {
      article.hidden = wanted !== "" && !text.includes(wanted);
      if (!article.hidden) shown += 1;
    }
    for (const fold of folds) {
      fold.hidden = fold.querySelector("article:not([hidden])") === null;
      if (fold.classList.contains("component")) fold.open = wanted !== "" && !fold.hidden;
    }
    output.textContent = wanted === "" ? "" : `${shown} of ${articles.length} changes`;
  });
}
