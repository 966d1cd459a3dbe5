
'use strict';
(() => {
const $ = id => document.getElementById(id);
const data = JSON.parse($('review').textContent);
const video = $('video');
const FAULTS = ['The sound is too quiet or too loud', 'The sound is distorted', 'There is noise or hum', 'The sound is only on one side',
  'Sound and picture are not in time', 'A piece of the sound is missing', 'The picture is wrong or missing', 'Something else (say what in the comment)'];

/* --- film and clock: frames of the recording, seconds of the film ------------------------------ */

const [rate, scale] = data.fps;
const filmEnd = data.film.end;
const toSeconds = frame => (frame - data.film.begin) * scale / rate;
const toFrame = seconds => Math.round(seconds * rate / scale) + data.film.begin;
const within = (frame, least, most) => Math.max(least, Math.min(most, frame));
const length = toSeconds(filmEnd);

function clock(seconds, digits = 1) {
  const unit = 10 ** digits;
  const all = Math.round(seconds * unit);
  const s = all % (60 * unit) / unit;
  const minutes = Math.floor(all / (60 * unit));
  const hours = Math.floor(minutes / 60);
  const text = s.toFixed(digits).padStart(digits ? digits + 3 : 2, '0');
  return hours ? `${hours}:${String(minutes % 60).padStart(2, '0')}:${text}` : `${minutes}:${text}`;
}
const at = frame => clock(toSeconds(frame));

// "1:02:03.5" in seconds; null: no time.
function parseClock(text) {
  const found = /^(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)$/.exec(text.trim());
  return found ? 3600 * (found[1] || 0) + 60 * found[2] + Number(found[3]) : null;
}

function decode(element) {
  const text = element.textContent.trim();
  const PIECE = 1 << 20; // a multiple of four characters
  const parts = [];
  for (let i = 0; i < text.length; i += PIECE)
    parts.push(Uint8Array.from(atob(text.slice(i, i + PIECE)), c => c.charCodeAt(0)));
  element.remove();
  return parts;
}

/* --- what the speaker wants -------------------------------------------------------------------- */

const was = { in: data.cut[0], out: data.cut[1], breaks: data.drops };
const fresh = () => ({ in: was.in, out: was.out, breaks: was.breaks.map(b => [...b]), opened: null, faults: {}, title: data.title,
  speakers: data.speakers, comment: '', by: '', accept: false });
const store = `talkpress review ${data.ticket.signature}`;
let state = fresh();
try { // a browser may keep nothing for files
  state = { ...state, ...JSON.parse(localStorage.getItem(store) || '{}') };
} catch { /* then it begins empty */ }

function keep() {
  try {
    localStorage.setItem(store, JSON.stringify(state));
  } catch { /* as above */ }
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const isCutChanged = () => state.in !== was.in || state.out !== was.out || !same(state.breaks, was.breaks);

function remarks() {
  const list = [];
  for (const [text, fault] of Object.entries(state.faults)) {
    if (!fault.on)
      continue;
    const times = fault.times.split(/[,;]/).map(t => t.trim()).filter(t => t);
    const known = times.map(parseClock).filter(t => t !== null && t <= length);
    const other = times.filter(t => parseClock(t) === null || parseClock(t) > length);
    if (!known.length || other.length)
      list.push({ text: other.length ? `${text}: ${other.join(', ')}`.slice(0, 300) : text });
    for (const seconds of known)
      list.push({ text, at_ms: Math.round(data.film.from_ms + 1000 * seconds) });
  }
  return list.slice(0, 200);
}

function answers() {
  const a = {};
  if (state.in !== was.in)
    a.in = state.in;
  if (state.out !== was.out)
    a.out = state.out;
  if (!same(state.breaks, was.breaks))
    a.breaks = state.breaks;
  for (const key of ['title', 'speakers'])
    if (state[key].trim() && state[key].trim() !== data[key])
      a[key] = state[key].trim();
  for (const key of ['comment', 'by'])
    if (state[key].trim())
      a[key] = state[key].trim();
  const list = remarks();
  if (list.length)
    a.remarks = list;
  a.accept = state.accept;
  return a;
}

const document_ = () => ({ format: 'talkpress review 1', ...data.ticket, answers: answers() });

function summary() {
  const a = answers();
  const lines = [];
  if ('in' in a)
    lines.push(`It begins at ${at(a.in)}, not at ${at(was.in)}`);
  if ('out' in a)
    lines.push(`It ends at ${at(a.out)}, not at ${at(was.out)}`);
  if ('breaks' in a)
    lines.push(a.breaks.length ? `Left out: ${a.breaks.map(b => `${at(b[0])} to ${at(b[1])}`).join(', ')}` : 'Nothing is left out any more');
  if (a.title)
    lines.push(`Title: ${a.title}`);
  if (a.speakers)
    lines.push(`Speakers: ${a.speakers}`);
  for (const remark of a.remarks || [])
    lines.push('at_ms' in remark ? `${remark.text}, at ${clock((remark.at_ms - data.film.from_ms) / 1000)}` : remark.text);
  if (a.comment)
    lines.push(`Comment: ${a.comment}`);
  lines.push(!a.accept ? 'You have not said that it may be published' : isCutChanged() ? 'With these changes it may be published' : 'It may be published as it is');
  return lines;
}

// Lines of a mail may be broken anywhere: what is read again is in base64, between two marks.
function mail() {
  const bytes = new TextEncoder().encode(JSON.stringify(document_()));
  let binary = '';
  for (const byte of bytes)
    binary += String.fromCharCode(byte);
  return [`Review of talk ${data.name}, ${data.title}`, ...(state.by ? [`by ${state.by}`] : []), '(times are those of the review’s video)', '',
    ...summary().map(line => `- ${line}`), '', '-----BEGIN TALKPRESS REVIEW-----', ...btoa(binary).match(/.{1,64}/g),
    '-----END TALKPRESS REVIEW-----', ''].join('\n');
}

/* --- pictures of the sound --------------------------------------------------------------------- */

const peaks = Int8Array.from(decode($('peaks')).flatMap(part => [...part]), v => v << 24 >> 24);
const loudest = peaks.reduce((most, v) => Math.max(most, Math.abs(v)), 1);

function colours() {
  const style = getComputedStyle(document.documentElement);
  return name => style.getPropertyValue(`--${name}`);
}

const isIn = frame => frame >= state.in && frame < state.out && !state.breaks.some(b => frame >= b[0] && frame < b[1]);

// The film from one second to another one.
function draw(canvas, from, to) {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (!width)
    return;
  canvas.width = width;
  canvas.height = height;
  const c = canvas.getContext('2d');
  const colour = colours();
  const x = seconds => (seconds - from) / (to - from) * width;
  const box = (begin, end, fill) => {
    c.fillStyle = fill;
    c.fillRect(x(toSeconds(begin)), 0, Math.max(1, x(toSeconds(end)) - x(toSeconds(begin))), height);
  };
  box(state.in, state.out, colour('accent-soft'));
  for (const b of state.breaks)
    box(b[0], b[1], colour('break'));
  const [inside, outside] = [colour('accent'), colour('wave')];
  for (let i = 0; i < width; i += ratio) {
    const seconds = from + (to - from) * i / width;
    const first = Math.floor(seconds * data.peaks_per_s);
    const last = Math.max(first + 1, Math.floor((from + (to - from) * (i + ratio) / width) * data.peaks_per_s));
    let most = 0;
    for (let k = Math.max(0, first); k < last && 2 * k + 1 < peaks.length; k++)
      most = Math.max(most, -peaks[2 * k], peaks[2 * k + 1]);
    const high = Math.max(ratio, most / loudest * height * 0.9);
    c.fillStyle = isIn(toFrame(seconds)) ? inside : outside;
    c.fillRect(i, (height - high) / 2, ratio, high);
  }
  for (const frame of [state.in, state.out]) {
    c.fillStyle = colour('accent');
    c.fillRect(x(toSeconds(frame)) - ratio, 0, 2 * ratio, height);
  }
  return x;
}

/* --- showing it -------------------------------------------------------------------------------- */

const CLOSE_S = 8; // on each side of an edge
const closeRange = edge => [toSeconds(state[edge]) - CLOSE_S, toSeconds(state[edge]) + CLOSE_S];

function showEdge(section) {
  const edge = section.dataset.edge;
  section.querySelector('output').textContent = at(state[edge]);
  section.querySelector('[data-do="reset"]').hidden = state[edge] === was[edge];
  draw(section.querySelector('canvas'), ...closeRange(edge));
  const handle = $(`handle-${edge}`);
  handle.style.left = `${100 * toSeconds(state[edge]) / length}%`;
  handle.setAttribute('aria-valuemin', 0);
  handle.setAttribute('aria-valuemax', Math.round(length));
  handle.setAttribute('aria-valuenow', Math.round(toSeconds(state[edge])));
  handle.setAttribute('aria-valuetext', at(state[edge]));
}

function button(text, act) {
  const b = document.createElement('button');
  b.type = 'button';
  b.className = 'plain';
  b.textContent = text;
  b.onclick = act;
  return b;
}

function showBreaks() {
  $('breaks').replaceChildren(...state.breaks.map((b, i) => {
    const item = document.createElement('li');
    item.append(`${at(b[0])} to ${at(b[1])} `, button('watch', () => play(toSeconds(b[0]) - 2, toSeconds(b[1]) + 2)),
      button('keep it', () => change(() => state.breaks.splice(i, 1))));
    return item;
  }));
  $('break').textContent = state.opened === null ? 'A break begins where the video is' : `The break from ${at(state.opened)} ends where the video is`;
  $('break-cancel').hidden = state.opened === null;
}

function show() {
  draw($('wave'), 0, length);
  for (const section of document.querySelectorAll('.edge'))
    showEdge(section);
  showBreaks();
  $('accept-text').textContent = isCutChanged() ? 'With these changes it may be published' : 'It may be published as it is';
  $('summary').replaceChildren(...summary().map(line => {
    const item = document.createElement('li');
    item.textContent = line;
    return item;
  }));
  $('text').value = mail();
}

function change(act) {
  act();
  keep();
  show();
}

function setEdge(edge, frame) {
  change(() => {
    state[edge] = edge === 'in' ? within(frame, data.film.begin, state.out - 1) : within(frame, state.in + 1, filmEnd);
    state.breaks = state.breaks.map(b => [Math.max(b[0], state.in), Math.min(b[1], state.out)]).filter(b => b[0] < b[1])
      .filter(b => b[0] > state.in && b[1] < state.out);
  });
}

/* --- playing ----------------------------------------------------------------------------------- */

let until = null; // seconds
function play(from, to) {
  until = to;
  video.currentTime = within(from, 0, length);
  video.play().catch(() => {}); // another click came before
}

function follow() {
  $('cursor').style.left = `${100 * within(video.currentTime / length, 0, 1)}%`;
  if (video.paused || video.seeking)
    return;
  if (until !== null && video.currentTime >= until) {
    video.pause();
    video.currentTime = until;
    until = null;
  } else if ($('as-cut').checked) {
    const frame = toFrame(video.currentTime);
    const inside = state.breaks.find(b => frame >= b[0] && frame < b[1]);
    if (frame < state.in)
      video.currentTime = toSeconds(state.in);
    else if (inside)
      video.currentTime = toSeconds(inside[1]);
    else if (frame >= state.out)
      video.pause();
  }
}

function tick() {
  follow();
  requestAnimationFrame(tick);
}

/* --- what is clicked and dragged --------------------------------------------------------------- */

const secondsAt = (event, element, from, to) => {
  const box = element.getBoundingClientRect();
  return within(from + (to - from) * (event.clientX - box.left) / box.width, 0, length);
};

function drag(element, move) {
  element.addEventListener('pointerdown', event => {
    if (event.button)
      return;
    event.preventDefault();
    event.stopPropagation();
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    const begin = event.clientX;
    const started = move(event, null);
    const moved = e => move(e, started, e.clientX - begin);
    const ended = () => {
      element.removeEventListener('pointermove', moved);
      element.removeEventListener('pointerup', ended);
      element.removeEventListener('pointercancel', ended);
    };
    element.addEventListener('pointermove', moved);
    element.addEventListener('pointerup', ended);
    element.addEventListener('pointercancel', ended);
  });
}

function listenToStrip() {
  const strip = $('strip');
  drag(strip, event => {
    until = null;
    video.currentTime = secondsAt(event, strip, 0, length);
  });
  for (const edge of ['in', 'out']) {
    const handle = $(`handle-${edge}`);
    drag(handle, (event, started) => {
      if (started !== null) {
        setEdge(edge, toFrame(secondsAt(event, strip, 0, length)));
        video.currentTime = toSeconds(state[edge]);
      }
      return true;
    });
    handle.addEventListener('keydown', event => {
      const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
      const step = steps[event.key];
      if (!step)
        return;
      event.preventDefault();
      const second = Math.max(1, Math.round(rate / scale));
      setEdge(edge, state[edge] + step * (event.shiftKey || event.key.startsWith('Page') ? second : 1));
      video.currentTime = toSeconds(state[edge]);
    });
  }
}

// In the close picture the film is dragged under the edge.
function listenToEdge(section) {
  const edge = section.dataset.edge;
  const canvas = section.querySelector('canvas');
  drag(canvas, (event, started, moved = 0) => {
    if (started === null)
      return state[edge];
    setEdge(edge, started - Math.round(moved / canvas.clientWidth * 2 * CLOSE_S * rate / scale));
    video.currentTime = toSeconds(state[edge]);
    return started;
  });
  section.addEventListener('click', event => {
    const { do: what, step } = event.target.dataset;
    const second = Math.max(1, Math.round(rate / scale));
    if (step)
      setEdge(edge, state[edge] + parseInt(step, 10) * (step.endsWith('s') ? second : 1));
    if (what === 'here')
      setEdge(edge, toFrame(video.currentTime));
    if (what === 'reset')
      setEdge(edge, was[edge]);
    if (what === 'listen' && edge === 'in')
      play(toSeconds(state.in), toSeconds(state.in) + 5);
    if (what === 'listen' && edge === 'out')
      play(Math.max(toSeconds(state.in), toSeconds(state.out) - 5), toSeconds(state.out));
    if (step)
      video.currentTime = toSeconds(state[edge]);
  });
}

// Breaks are sorted, and those that touch are one.
function addBreak(from, to) {
  const list = [...state.breaks, [from, to]].sort((a, b) => a[0] - b[0]);
  state.breaks = list.reduce((done, b) => {
    const last = done[done.length - 1];
    if (last && b[0] <= last[1])
      last[1] = Math.max(last[1], b[1]);
    else
      done.push([...b]);
    return done;
  }, []);
}

function listenToBreaks() {
  $('break').onclick = () => change(() => {
    const frame = within(toFrame(video.currentTime), state.in + 1, state.out - 1);
    if (state.opened === null) {
      state.opened = frame;
    } else {
      if (frame !== state.opened)
        addBreak(Math.min(frame, state.opened), Math.max(frame, state.opened));
      state.opened = null;
    }
  });
  $('break-cancel').onclick = () => change(() => { state.opened = null; });
}

function showFaults() {
  $('faults').replaceChildren(...FAULTS.map((text, i) => {
    const fault = state.faults[text] || { on: false, times: '' };
    const row = document.createElement('div');
    row.className = 'fault';
    const label = document.createElement('label');
    const box = document.createElement('input');
    const times = document.createElement('input');
    box.type = 'checkbox';
    box.checked = fault.on;
    label.append(box, ` ${text}`);
    times.value = fault.times;
    times.maxLength = 150;
    times.placeholder = 'when: 12:30, 14:05';
    times.setAttribute('aria-label', `${text}: when`);
    const set = () => change(() => { state.faults[text] = { on: box.checked, times: times.value }; });
    const add = button('Add', () => {
      times.value = [...(times.value.trim() ? [times.value.trim()] : []), clock(video.currentTime, 0)].join(', ');
      box.checked = true;
      set();
    });
    add.id = `fault-${i}`;
    add.setAttribute('aria-label', `${text}: add where the video is`);
    box.onchange = set;
    times.oninput = () => {
      box.checked = box.checked || times.value.trim() !== '';
      set();
    };
    row.append(label, times, add);
    return row;
  }));
}

function showTexts() {
  const inputs = { title: 'new-title', speakers: 'new-speakers', comment: 'comment', by: 'by' };
  for (const [key, id] of Object.entries(inputs)) {
    $(id).value = state[key];
    $(id).oninput = () => change(() => { state[key] = $(id).value; });
  }
  $('accept').checked = state.accept;
  $('accept').onchange = () => change(() => { state.accept = $('accept').checked; });
}

function listenToSending() {
  $('save').onclick = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(document_(), null, 1)}\n`], { type: 'application/json' }));
    link.download = data.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    $('done').textContent = `Saved as ${data.file}, in your downloads: send that file to the team.`;
  };
  $('copy').onclick = async () => {
    const text = $('text');
    text.closest('details').open = true;
    text.select();
    let copied = false;
    try {
      await navigator.clipboard.writeText(text.value);
      copied = true;
    } catch {
      copied = document.execCommand('copy');
    }
    $('done').textContent = copied ? 'Copied: paste it into a mail to the team.' : 'Copy the text below into a mail to the team.';
  };
  $('forget').onclick = () => {
    state = fresh();
    keep();
    showFaults();
    showTexts();
    show();
  };
}

/* --- the begin --------------------------------------------------------------------------------- */

$('event').textContent = data.event;
$('title').textContent = data.title;
$('speakers').textContent = data.speakers;
document.querySelector('main').hidden = false;
video.addEventListener('error', () => {
  $('broken').hidden = false;
  $('broken').textContent = 'Your browser cannot play the video. Please open this file in a current Firefox, Chromium or Safari.';
});
video.src = URL.createObjectURL(new Blob(decode($('film')), { type: 'video/mp4' }));
video.addEventListener('loadedmetadata', () => { video.currentTime = toSeconds(state.in); }, { once: true });
listenToStrip();
document.querySelectorAll('.edge').forEach(listenToEdge);
listenToBreaks();
listenToSending();
showFaults();
showTexts();
show();
addEventListener('resize', show);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
tick();
})();
