// Plays, loops, and goes to places and handles.
import { byId, clock, frameMs, clamp, later } from './basics.js';
import { getBytes, recordingPath } from './api.js';
import { Wave } from './wave.js';
import { player, timeline, app, video } from './app.js';
import { soundQuery } from './opening.js';
import { showCut } from './cutting.js';

const LOOP_MS = { before: 1500, after: 2000 };
const EDGE_SPAN_MS = 30000;

app.goTo = (ms, quiet) => {
  if (quiet && player.playing)
    return;
  player.seek(ms);
  if (ms < timeline.begin || ms > timeline.begin + timeline.span)
    timeline.reveal(ms);
};

app.playFrom = (begin, end) => {
  player.seek(begin);
  if (begin < timeline.begin || end > timeline.begin + timeline.span)
    timeline.reveal(begin);
  player.play(1);
};

export function toPause(direction) {
  const places = (app.recording?.silence || []).map(([from, to]) => (from + to) / 2);
  const next = direction > 0 ? places.find(ms => ms > player.ms + 100) : places.filter(ms => ms < player.ms - 100).pop();
  if (next === undefined)
    app.say('No more pauses that way.');
  else
    app.goTo(next);
}

function loopAround(name) {
  const ms = frameMs(app.fps, app.cut.get(name));
  const drop = name === 'in' || name === 'out' ? null : app.cut.drops[parseInt(name, 10)].map(frame => frameMs(app.fps, frame));
  const [from, to] = drop || [ms, ms];
  const end = Math.max(100, clamp(to + LOOP_MS.after, 0, app.recording.duration_ms - 50));
  return [clamp(from - LOOP_MS.before, 0, end - 50), end];
}

export function skips() {
  const { cut, fps } = app;
  return [...cut.drops.map(drop => drop.map(frame => frameMs(fps, frame))), [frameMs(fps, cut.out), app.recording.duration_ms]];
}

export function toggleLoop() {
  if (!app.cut)
    return;
  if (player.loop) {
    player.loop = null;
    player.pause();
    player.seekFrame(shownFrame(app.cut.selected));
  } else {
    player.loop = loopAround(app.cut.selected);
    if (app.cut.selected !== 'in' && app.cut.selected !== 'out')
      player.skips = skips();
    player.seek(player.loop[0]);
    player.play(1);
  }
  showState();
}

export function toggleAsCut() {
  if (!app.cut)
    return;
  player.skips = player.skips ? null : skips();
  showState();
}

export function togglePlay() {
  if (player.playing) {
    player.pause();
    return;
  }
  if (player.skips && app.cut && player.frame >= app.cut.out - 1)
    player.seekFrame(app.cut.in);
  player.play(player.rate);
}

// --- handles ---

// The frame that shows where a handle is: the first that stays, or the last.
function shownFrame(name) {
  const frame = app.cut.get(name);
  return name === 'out' || name.endsWith('b') ? frame - 1 : frame;
}

export function hearHandle() {
  const frame = shownFrame(app.cut.selected);
  if (player.loop) {
    player.loop = loopAround(app.cut.selected);
    player.seek(player.loop[0]);
  } else
    player.seekFrame(frame);
  const ms = frameMs(app.fps, frame);
  if (ms < timeline.begin || ms > timeline.begin + timeline.span)
    timeline.reveal(ms);
}

export function toHandle(name) {
  if (!app.cut)
    return;
  app.cut.selected = name;
  const ms = frameMs(app.fps, shownFrame(name));
  if (timeline.span > EDGE_SPAN_MS || ms < timeline.begin || ms > timeline.begin + timeline.span)
    timeline.reveal(ms, Math.min(timeline.span, EDGE_SPAN_MS));
  showCut();
  hearHandle();
}

export function turnHandle(by) {
  const order = app.cut.ordered();
  toHandle(order[(order.indexOf(app.cut.selected) + by + order.length) % order.length]);
}

export function zoomPart() {
  const [begin, end] = [frameMs(app.fps, app.cut.in), frameMs(app.fps, app.cut.out)];
  const margin = Math.max(2000, (end - begin) * 0.08);
  timeline.show(begin - margin, end - begin + 2 * margin);
}

// --- what the player and the time line tell ---

player.addEventListener('time', ({ detail: { ms, frame } }) => {
  timeline.setCursor(ms, player.playing && !player.loop);
  if (document.activeElement !== byId('at'))
    byId('at').value = clock(ms, true);
  byId('frame').textContent = `frame ${frame}`;
  byId('picture').dataset.frame = String(frame);
});

player.addEventListener('fault', ({ detail: { text, about } }) => app.say(text, 'error', about));

let waiting = 0;
export function showState() {
  const { playing, rate, reverse } = player;
  byId('play').textContent = playing ? '❚❚' : '▶';
  byId('play').setAttribute('aria-label', playing ? 'Pause' : 'Play');
  byId('loop').setAttribute('aria-pressed', String(Boolean(player.loop)));
  byId('as-cut').setAttribute('aria-pressed', String(Boolean(player.skips)));
  byId('badge').textContent = reverse ? `◀ ${reverse.speed}×` : rate === 1 ? '' : `${rate}×`;
  clearTimeout(waiting);
  const late = () => { byId('waiting').hidden = !(player.url && (video.seeking || playing && video.readyState < 3)); };
  if (video.seeking || video.readyState < 3)
    waiting = setTimeout(late, 250);
  else
    late();
}
player.addEventListener('state', showState);

// Finer peaks, of sound that is there already.
const fineNeeded = later(150, async () => {
  const { recording } = app;
  const { sound } = player;
  const decided = app.part?.recording === recording?.id ? soundQuery(app.part.sound) : '';
  if (!recording || !sound || sound.query !== decided || timeline.box.clientWidth * 1000 / timeline.span < 25)
    return;
  for (const index of [...sound.had]) {
    const [begin, end] = [sound.begins[index], sound.endOf(index)];
    if (timeline.fine.has(index) || end < timeline.begin || begin > timeline.begin + timeline.span)
      continue;
    timeline.fine.set(index, { range: () => null }); // asked for once
    try {
      timeline.setFine(index, new Wave(await getBytes(`${recordingPath(recording.id)}/peaks/${index}`), begin));
    } catch {
      // the coarse waveform stays
    }
    if (app.recording !== recording)
      return;
  }
});
player.addEventListener('loaded', fineNeeded);
timeline.addEventListener('view', fineNeeded);

timeline.addEventListener('seek', ({ detail: { ms } }) => player.seek(ms));
