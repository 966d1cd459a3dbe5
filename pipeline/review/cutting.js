// Moves the handles of the cut, and saves it.
import { clock, frameMs, msFrame, later } from './basics.js';
import { post, partPath } from './api.js';
import { player, panels, timeline, app, failed, saved } from './app.js';
import { reloadPart } from './opening.js';
import { request } from './deciding.js';
import { changedElsewhere } from './following.js';
import { skips, hearHandle } from './playing.js';

const SNAP_MS = 10000;

export function applyCut(state) {
  app.cut.remember();
  [app.cut.in, app.cut.out, app.cut.drops, app.cut.offset] = JSON.parse(state);
}

export function restoreCut() {
  const typed = panels.draft('cut');
  if (typed)
    applyCut(typed);
}

function handleLabel(name) {
  if (name === 'in' || name === 'out')
    return `${name === 'in' ? 'In' : 'Out'}: where the part ${name === 'in' ? 'begins' : 'ends'}`;
  return `Break ${parseInt(name, 10) + 1} ${name.endsWith('b') ? 'begins' : 'ends'}`;
}

export function showCut() {
  const { cut, fps } = app;
  timeline.setCut(cut && {
    name: cut.name,
    begin: frameMs(fps, cut.in),
    end: frameMs(fps, cut.out),
    drops: cut.drops.map(drop => drop.map(frame => frameMs(fps, frame))),
    listedMs: cut.listedMs,
    handles: cut.handles().map(name => ({
      name,
      label: handleLabel(name),
      ms: frameMs(fps, cut.get(name)),
      side: name === 'in' || name.endsWith('e') ? 'begin' : 'end',
      selected: name === cut.selected,
    })),
  });
  panels.refreshCut();
}

let tried = 0;
export const tryCut = later(300, async () => {
  if (app.deciding) { // the part's version is another one when that is done
    tryCut();
    return;
  }
  const mine = ++tried;
  const { cut, part } = app;
  if (!cut?.dirty || !part) {
    panels.showAgain(null);
    return;
  }
  try {
    const answer = await post(`${partPath(part)}/decide`, { version: part.version, ...cut.wish(), try: true });
    if (mine === tried)
      panels.showAgain(answer.again);
  } catch (error) {
    if (error.status === 409 && app.part === part)
      changedElsewhere().catch(failed);
    else if (mine === tried)
      failed(error);
  }
});

export function cutChanged({ seek = true } = {}) {
  const { cut } = app;
  showCut();
  if (!cut)
    return;
  panels.setDraft('cut', cut.dirty ? cut.state() : undefined);
  if (player.skips)
    player.skips = skips();
  if (seek)
    hearHandle();
  tryCut();
}

app.moveHandle = (name, frame, options) => {
  app.cut.remember();
  app.cut.set(name, frame);
  cutChanged(options);
};

app.keepDrop = index => {
  app.cut.remember();
  app.cut.keep(index);
  cutChanged({ seek: false });
};

app.setOffset = ms => {
  app.cut.remember();
  app.cut.offset = ms;
  player.setOffset(ms);
  cutChanged({ seek: false });
};

app.discard = () => {
  app.cut.reset();
  player.setOffset(app.cut.offset);
  cutChanged();
};

app.save = async () => {
  const { cut } = app;
  if (!cut)
    return;
  if (!cut.dirty) {
    if (cut.by === 'proposed')
      await app.decide({ kind: 'cut', take: true });
    else
      app.say('The cut is saved already.');
    return;
  }
  const sent = cut.state();
  const { part } = app;
  const done = await request(async () => {
    const answer = await post(`${partPath(part)}/decide`, { version: part.version, ...cut.wish() });
    if (cut.state() === sent) {
      Object.assign(cut.saved, { in: cut.in, out: cut.out, drops: cut.drops.map(drop => [...drop]), offset: cut.offset });
      panels.setDraft('cut', undefined, part.name);
    }
    if (app.part === part)
      await reloadPart();
    return answer;
  });
  if (done)
    saved(`${cut.name} is cut: ${clock(frameMs(app.fps, cut.length), true)}.`);
};

// --- pauses ---

const pauseIn = (begins, [from, to]) => begins ? Math.max((from + to) / 2, to - 200) : Math.min((from + to) / 2, from + 200);

function nearestPause(name, ms, reach) {
  const begins = name === 'in' || name.endsWith('e');
  let best = null;
  for (const pause of app.recording.silence || []) {
    const at = pauseIn(begins, pause);
    if (Math.abs(at - ms) <= reach && (best === null || Math.abs(at - ms) < Math.abs(best - ms)))
      best = at;
  }
  return best;
}

export function snap() {
  const { cut } = app;
  const ms = frameMs(app.fps, cut.get(cut.selected));
  const at = nearestPause(cut.selected, ms, SNAP_MS) ?? timeline.wave?.quietest(ms, 2000);
  if (at === null || at === undefined)
    app.say('There is no pause near the handle.');
  else
    app.moveHandle(cut.selected, msFrame(app.fps, at));
}

// --- what the time line tells ---

let dragging = null;
timeline.addEventListener('handle', ({ detail: { name, ms, done } }) => {
  if (!app.cut)
    return;
  if (dragging !== name) {
    app.cut.remember();
    dragging = name;
  }
  const near = timeline.span * 6 / timeline.box.clientWidth;
  const at = nearestPause(name, ms, near) ?? ms;
  app.cut.set(name, Math.round(at * app.fps[0] / (1000 * app.fps[1])));
  cutChanged();
  if (done)
    dragging = null;
});
timeline.addEventListener('select', ({ detail: { name } }) => {
  if (app.cut && app.cut.selected !== name) {
    app.cut.selected = name;
    showCut();
  }
});
