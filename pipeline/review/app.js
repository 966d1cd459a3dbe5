// What the page has: queue, player, time line and panels, and what is open in them. Each other module adds to app
// what is asked of it.
import { el, byId } from './basics.js';
import { Queue } from './queue.js';
import { Player } from './player.js';
import { Gain } from './gain.js';
import { Timeline } from './timeline.js';
import { Panels } from './panels.js';

export const app = {
  part: null,
  recording: null,
  recordings: [],
  parts: [],
  cut: null,
  fps: [25, 1],
  deciding: 0, // decisions on their way
  trial: new AbortController(), // of a cut that is not saved
};

window.review = app; // for tests, and for a look from the console
export const video = byId('video');
export const player = app.player = new Player(video);
export const gain = app.gain = new Gain(video);
export const timeline = app.timeline = new Timeline(byId('timeline'));
timeline.busy = () => player.pictureMissing();
export const panels = app.panels = new Panels(byId('panels'), app);
export const queue = app.queue = new Queue({ list: byId('list'), filter: byId('filter'), kind: byId('kind'), room: byId('room'), sort: byId('sort') });

// about: a later message about the same takes its place.
app.say = (text, kind = 'info', about = text) => {
  const messages = byId('messages');
  for (const old of [...messages.children])
    if (old.dataset.about === about || old.className === 'info')
      old.remove();
  const line = el('div', { class: kind, 'data-about': about, role: kind === 'error' ? 'alert' : null }, el('p', { dir: 'auto' }, text),
    el('button', { type: 'button', 'aria-label': 'Dismiss', onclick: () => line.remove() }, '×'));
  messages.append(line);
  while (messages.children.length > 4)
    messages.firstChild.remove();
  if (kind === 'info')
    setTimeout(() => line.remove(), 5000);
};

export const failed = error => {
  if (error.name !== 'AbortError')
    app.say(error.message, 'error');
};

// What was wrong is over once something was saved.
export const saved = text => {
  byId('messages').replaceChildren();
  app.say(text);
};
