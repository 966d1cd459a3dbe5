// Opens parts and recordings.
import { el, byId, frameMs, msFrame, sentence } from './basics.js';
import { getJson, getBytes, partPath, recordingPath } from './api.js';
import { Wave } from './wave.js';
import { Cut } from './cut.js';
import { queue, player, panels, gain, timeline, app, failed } from './app.js';
import { reloadRecording, waitForReading } from './following.js';
import { showCut, restoreCut, tryCut, applyCut, cutChanged } from './cutting.js';
import { zoomPart, showState } from './playing.js';

let opening = 0;

queue.addEventListener('open', event => {
  const { row } = event.detail;
  document.body.classList.remove('queue-shown');
  byId('show-queue').setAttribute('aria-expanded', 'false');
  if (row.only)
    openAlone(row.only).catch(failed);
  else
    openPart(row.name).catch(failed);
  timeline.focus();
});

async function openPart(name) {
  const mine = ++opening;
  const row = queue.rows.get(name);
  history.replaceState(null, '', `#${name}`);
  const part = await getJson(partPath(row));
  if (mine !== opening)
    return;
  app.part = part;
  app.cut = null;
  byId('heading').textContent = `${part.name}  ${part.title}${part.speakers.length ? ` – ${part.speakers.join(', ')}` : ''}`;
  panels.show(part);
  const at = part.cut && part.grid ? frameMs(part.grid.fps, part.cut.in) : 0;
  await openRecording(part.recording, at, mine);
}

async function openAlone(recording) {
  const mine = ++opening;
  history.replaceState(null, '', `#recording-${recording.id}`);
  app.part = null;
  app.cut = null;
  byId('heading').textContent = recording.name;
  panels.clear(el('div', { class: 'body' }, el('p', {}, el('bdi', {}, recording.name)),
    el('p', { class: 'soft' }, sentence(recording.fault) || 'No part uses this recording. To use it for a part, open the part and choose its recording.')));
  await openRecording(recording.id, 0, mine);
}

const NOTHING = {
  none: 'No recording was chosen for this part.',
  reading: 'The recording is being read …',
  unread: 'This recording was not read yet: talkpress run reads it.',
};

export async function openRecording(id, ms, mine = opening) {
  const keep = app.recording?.id === id && player.url;
  byId('nothing').textContent = '';
  if (!id) {
    app.recording = null;
    player.close();
    timeline.recording = null;
    byId('nothing').textContent = NOTHING.none;
    showCut();
    return;
  }
  const recording = await getJson(recordingPath(id));
  if (mine !== opening)
    return;
  app.recording = recording;
  app.fps = recording.fps || app.part?.grid?.fps || [25, 1];
  recording.fps = app.fps;
  const frames = recording.frames || msFrame(app.fps, recording.duration_ms);
  if (app.part?.cut && app.part.recording === id) {
    app.cut = new Cut(app.part, frames);
    restoreCut();
  } else
    app.cut = null;
  const sound = app.part?.recording === id ? withStreams(panels.draft('sound')) || app.part?.sound : null;
  if (keep && (recording.preview?.picture || recording.preview?.sound)) {
    player.recording = recording;
    player.setOffset(app.cut?.offset || 0);
    const wave = timeline.wave;
    timeline.open(recording);
    timeline.setWave(wave);
    player.seek(ms);
  } else {
    timeline.open(recording);
    player.open(recording, { query: soundQuery(sound), offset: app.cut?.offset || 0, ms }).catch(failed);
    loadWave(recording);
  }
  hear(sound);
  byId('nothing').textContent = whyNothing(recording);
  waitForReading(recording);
  player.loop = null;
  showCut();
  if (app.cut)
    zoomPart();
  panels.refill('marks', panels.marks);
  panels.refill('sound', panels.sound);
  panels.refreshCut();
  tryCut();
  showState();
}

export function whyNothing(recording) {
  const known = app.recordings.find(one => one.id === recording.id);
  const { picture, sound } = recording.preview || {};
  if (picture)
    return '';
  if (sound)
    return recording.has_picture ? 'The picture of this recording cannot be shown. Its sound plays.' : 'This recording has sound alone.';
  const { reading } = recording;
  if (reading?.state === 'running')
    return NOTHING.reading;
  return sentence(reading?.why || recording.fault || known?.fault || NOTHING.unread);
}

export async function loadWave(recording) {
  if (!recording.waveform)
    return;
  try {
    const wave = new Wave(await getBytes(`${recordingPath(recording.id)}/waveform.dat`));
    if (app.recording === recording)
      timeline.setWave(wave);
  } catch (error) {
    failed(error);
  }
}

// The sound that is chosen, or that somebody listens to.
function hear(sound) {
  player.setSound(soundQuery(sound));
  gain.of(sound?.streams?.find(one => one.stream === sound.stream)?.loudness_lufs);
  showGain();
}

const withStreams = sound => sound && { ...sound, streams: app.part?.sound?.streams };

export function showGain() {
  byId('volume-text').textContent = `${gain.db > 0 ? '+' : gain.db < 0 ? '−' : ''}${Math.abs(gain.db)} dB`;
}

export function soundQuery(sound) {
  return sound && sound.stream !== null && sound.stream !== undefined && sound.use
    ? `?stream=${encodeURIComponent(sound.stream)}&use=${encodeURIComponent(sound.use)}` : '';
}

// Reads the open part again; what was typed and not saved stays.
export async function reloadPart() {
  const { name } = app.part;
  const mine = opening;
  const part = await getJson(partPath(app.part));
  if (mine !== opening || app.part?.name !== name)
    return; // another part was opened meanwhile
  const other = part.recording !== app.part.recording || Boolean(part.cut) !== Boolean(app.part.cut);
  app.part = part;
  const row = queue.rows.get(name);
  if (row && row.version !== part.version) {
    const { talk, part: number, title, speakers, section, room, state, verdict, cause, needs, recording, listed_ms, measured_ms, version } = part;
    queue.update([{ ...row, talk, part: number, title, speakers, section, room, state, verdict, cause, needs, recording, listed_ms, measured_ms, version }]);
    byId('counts').textContent = queue.summary();
  }
  if (!other && app.cut && part.cut) {
    const typed = app.cut.dirty ? app.cut.state() : null;
    app.cut.take(part);
    if (typed)
      applyCut(typed);
    player.setOffset(app.cut.offset);
    hear(withStreams(panels.draft('sound')) || part.sound);
  }
  panels.show(part);
  if (other)
    await openRecording(part.recording, part.cut && part.grid ? frameMs(part.grid.fps, part.cut.in) : 0);
  else {
    cutChanged({ seek: false });
    reloadRecording();
  }
}

// Whether the recording that plays is the part's own: places of another one mean nothing to it.
app.own = () => {
  const is = Boolean(app.recording) && app.part?.recording === app.recording.id;
  if (!is)
    app.say(app.recording ? `${app.recording.name} is not the recording of this part. Choose it first, under Recording.` : NOTHING.none);
  return is;
};

app.hear = (sound, asDecided) => hear(asDecided ? app.part.sound : withStreams(sound));

app.look = async id => {
  try {
    await openRecording(id, 0);
    byId('heading').textContent = `${app.recording.name} – not chosen for ${app.part.name}`;
  } catch (error) {
    failed(error);
  }
};
