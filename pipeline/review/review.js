// The page of `talkpress review`: brings queue, player, time line and panels together. It decides nothing
// itself: each decision is a request that the server accepts or refuses.
import { byId, parseTime } from './basics.js';
import { listen } from './api.js';
import { ACTIONS, fillHelp } from './keys.js';
import { queue, panels, gain, timeline, app, failed } from './app.js';
import { loadQueue, rowsChanged, runProgress } from './following.js';
import { reloadPart, showGain } from './opening.js';
import { togglePlay } from './playing.js';
import { undo, DO } from './doing.js';

// --- keys and buttons ---

const TYPED = 'input:not([type="radio"]):not([type="range"]), textarea';

document.addEventListener('keydown', event => {
  const { target, key } = event;
  if (document.querySelector('dialog[open]'))
    return;
  if (key === 'Escape') {
    byId('messages').replaceChildren();
    document.body.classList.remove('queue-shown');
    byId('show-queue').setAttribute('aria-expanded', 'false');
    timeline.focus();
    return;
  }
  if (target.matches(TYPED))
    return;
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'z') {
    event.preventDefault();
    undo();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches('select'))
    return;
  if ((key === 'Enter' || key === ' ') && target.closest('button:not(.handle), summary, a, [type="radio"]'))
    return;
  if (key.startsWith('Arrow') && target.matches('input'))
    return;
  let action = ACTIONS.get(key);
  if (target.matches('.handle') && key.startsWith('Arrow'))
    action = { ArrowLeft: 'less', ArrowRight: 'more', ArrowDown: 'less', ArrowUp: 'more' }[key] + (event.shiftKey ? 'Second' : 'Frame');
  if (!action)
    return;
  event.preventDefault();
  DO[action](event);
});

for (const button of document.querySelectorAll('[data-key]'))
  button.addEventListener('click', () => DO[ACTIONS.get(button.dataset.key)]());
byId('volume').addEventListener('input', event => {
  gain.set(Number(event.target.value));
  showGain();
});
byId('show-keys').addEventListener('click', DO.help);
byId('show-queue').addEventListener('click', DO.toQueue);
byId('picture').addEventListener('click', togglePlay);
byId('at').addEventListener('keydown', event => {
  if (event.key !== 'Enter')
    return;
  event.preventDefault();
  event.stopPropagation();
  const ms = parseTime(byId('at').value, app.fps);
  if (Number.isNaN(ms)) {
    app.say(`'${byId('at').value}' is no time. Write 12:30.5, or 1500f for a frame.`, 'error');
    return;
  }
  app.goTo(ms);
  timeline.focus();
});

addEventListener('beforeunload', event => {
  if (panels.drafts.size)
    event.preventDefault();
});

async function openHash() {
  const name = decodeURIComponent(location.hash.slice(1)).replace(/^recording-/, 'recording ');
  if (name && name !== queue.opened && queue.rows.has(name))
    queue.open(name);
}
addEventListener('hashchange', openHash);

// --- begin ---

fillHelp(byId('keys'));
try {
  await loadQueue();
  await openHash();
  if (!queue.opened) {
    document.body.classList.add('queue-shown');
    byId('nothing').textContent = 'Open a part: arrows and Enter, or n for the first that needs you.';
    byId('list').focus();
  }
} catch (error) {
  byId('nothing').textContent = error.message;
}
let lost = false;
app.events = listen({
  parts: rowsChanged,
  progress: runProgress,
  reload: () => loadQueue().then(() => app.part ? reloadPart() : null).catch(failed),
  connected(is) {
    byId('connection').textContent = is ? '' : 'No connection to talkpress review. Is it still running?';
    if (is && lost)
      loadQueue().then(() => app.part ? reloadPart() : null).catch(failed);
    lost = !is;
  },
});
