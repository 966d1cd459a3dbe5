'use strict';
// Shows only the talks that have all words that were typed: in title, speakers and summary, or in what
// was said. Captions are searched in two steps. captions-index.js says which words occur in which
// parts, and NAME.captions.js has the lines of one part. Both are loaded when they are needed, as
// scripts, because pages on a disk can load nothing else.
{
  const form = document.getElementById('search');
  const input = document.getElementById('words');
  const found = document.getElementById('found');
  const MOST_LINES = 3; // of a part
  const APART = String.raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]`;
  const WORD = new RegExp(`${APART}|(?:(?!${APART})[\\p{L}\\p{N}])+`, 'gu');

  // Letters without their accents, so that "jose" finds José.
  const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/ς/g, 'σ');

  const talks = [...document.querySelectorAll('.talk')].map(element => ({
    element,
    text: fold(element.textContent),
    pages: [...element.querySelectorAll('.watch a')].map(a => a.getAttribute('href')),
  }));

  // --- what was said ---

  let index; // {pages, words, in}
  const linesOf = new Map(); // of a page: a promise of its lines
  const waiting = new Map();

  globalThis.captionIndex = data => {
    index = { pages: data.pages, words: ` ${data.words} `, in: data.in.split(' ') };
  };
  globalThis.captionLines = data => waiting.get(data.page)(data.lines);

  function load(src) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = encodeURI(src);
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  function loadLines(page) {
    if (!linesOf.has(page))
      linesOf.set(page, new Promise(resolve => {
        waiting.set(page, resolve);
        load(page.replace(/\.html$/, '.captions.js')).catch(() => resolve([]));
      }));
    return linesOf.get(page);
  }

  // The numbers of the pages with the word at that place of the list of words.
  function pagesOf(place) {
    let number = -1;
    return index.in[place].split(',').map(step => number += parseInt(step, 36));
  }

  // The pages where a word occurs, or begins with it; longer ones may also be inside of a word.
  function pagesWith(word) {
    const pages = new Set();
    const wanted = word.length > 2 ? word : ` ${word}`;
    let place = 0, counted = 0;
    for (let at = index.words.indexOf(wanted); at >= 0; at = index.words.indexOf(wanted, at + 1)) {
      const begin = word.length > 2 ? index.words.lastIndexOf(' ', at) : at;
      for (; counted < begin; counted++)
        place += index.words[counted] === ' ';
      for (const page of pagesOf(place))
        pages.add(index.pages[page]);
    }
    return pages;
  }

  function pagesWithAll(words) {
    if (!index || words.length === 0)
      return new Set();
    const [first, ...others] = words.map(pagesWith);
    return new Set([...first].filter(page => others.every(pages => pages.has(page))));
  }

  // The lines with most of the words, in their order.
  function bestLines(lines, words) {
    const hits = [];
    for (let i = 0; i < lines.length; i += 2) {
      const text = fold(lines[i + 1]);
      const count = words.filter(word => text.includes(word)).length;
      if (count > 0)
        hits.push({ time: lines[i] / 1000, text: lines[i + 1], count });
    }
    const most = Math.max(...hits.map(hit => hit.count));
    return hits.filter(hit => hit.count === most).slice(0, MOST_LINES);
  }

  function clock(time) {
    const parts = [time / 3600, time / 60 % 60, time % 60].map(part => String(Math.floor(part)));
    return (parts[0] === '0' ? parts.slice(1) : parts)
      .map((part, i) => i ? part.padStart(2, '0') : part).join(':');
  }

  // Marks the words in a text. A letter may be several characters when it is folded, so each is folded
  // by itself.
  function markWords(parent, text, words) {
    const letters = [...text];
    const marked = new Array(letters.length).fill(false);
    const starts = [];
    let folded = '';
    letters.forEach((letter, i) => {
      for (const part of fold(letter)) {
        starts.push(...new Array(part.length).fill(i));
        folded += part;
      }
    });
    for (const word of words)
      for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1))
        marked.fill(true, starts[at], starts[at + word.length - 1] + 1);
    for (let i = 0; i < letters.length;) {
      let end = i;
      while (end < letters.length && marked[end] === marked[i])
        end++;
      const piece = letters.slice(i, end).join('');
      parent.append(marked[i] ? Object.assign(document.createElement('mark'), { textContent: piece }) : piece);
      i = end;
    }
  }

  async function showLines(list, pages, words) {
    for (const page of pages)
      for (const line of bestLines(await loadLines(page), words)) {
        const link = document.createElement('a');
        link.href = `${page}#t=${line.time}`;
        const time = document.createElement('span');
        time.className = 'clock';
        time.textContent = clock(line.time);
        const text = document.createElement('bdi');
        markWords(text, line.text, words);
        link.append(time, ' ', text);
        const item = document.createElement('li');
        item.append(link);
        list.append(item);
      }
  }

  // Lines are loaded when their talk comes into view.
  const views = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        views.unobserve(target);
        target.showLines();
      }
  }, { rootMargin: '400px' });

  function offerLines(talk, pages, words) {
    const list = document.createElement('ul');
    list.className = 'hits';
    list.setAttribute('aria-label', 'In the captions');
    talk.element.querySelector('.about').append(list);
    list.showLines = () => showLines(list, pages, words);
    views.observe(list);
  }

  // --- the search ---

  function search() {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const spoken = fold(input.value).match(WORD) || [];
    const pages = pagesWithAll(spoken);
    let count = 0, countSpoken = 0;
    for (const list of document.querySelectorAll('.hits'))
      list.remove();
    for (const talk of talks) {
      const written = words.every(word => talk.text.includes(word));
      const hits = talk.pages.filter(page => pages.has(page));
      talk.element.hidden = !written && hits.length === 0;
      count += !talk.element.hidden;
      countSpoken += hits.length > 0;
      if (hits.length > 0)
        offerLines(talk, hits, spoken);
    }
    for (const section of document.querySelectorAll('main > section'))
      section.hidden = !section.querySelector('.talk:not([hidden])');
    document.body.classList.toggle('searching', words.length > 0);
    found.textContent = words.length === 0 ? ''
      : `${count === 1 ? '1 talk' : `${count || 'No'} talks`}${countSpoken ? `, ${countSpoken} of them by what was said` : ''}`;
  }

  let loading;
  function loadIndex() {
    if (input.dataset.captions)
      loading ??= load(input.dataset.captions).then(search, () => {});
  }

  let timer;
  function searchSoon() {
    loadIndex();
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  }

  form.hidden = false;
  form.addEventListener('submit', event => event.preventDefault());
  input.addEventListener('focus', loadIndex, { once: true });
  input.addEventListener('input', searchSoon);
  if (input.value)
    searchSoon();
}
