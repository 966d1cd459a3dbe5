'use strict';
// Shows only the talks that contain all words that were typed.
{
  const form = document.getElementById('search');
  const input = document.getElementById('words');
  const found = document.getElementById('found');

  // Letters without their accents, so that "jose" finds José.
  const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

  const talks = [...document.querySelectorAll('.talk')].map(element =>
    ({ element, text: fold(element.textContent) }));

  function search() {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, text } of talks) {
      const hit = words.every(word => text.includes(word));
      element.hidden = !hit;
      count += hit;
    }
    for (const section of document.querySelectorAll('main > section'))
      section.hidden = !section.querySelector('.talk:not([hidden])');
    found.textContent = words.length === 0 ? '' : count === 1 ? '1 talk' : `${count || 'No'} talks`;
  }

  form.hidden = false;
  form.addEventListener('submit', event => event.preventDefault());
  input.addEventListener('input', search);
  search();
}
