// Follows what changes: the queue, what a run does, and what others decide.
import { byId, clock, later } from './basics.js';
import { getJson, recordingPath } from './api.js';
import { when } from './panels.js';
import { queue, player, panels, timeline, app, failed } from './app.js';
import { openRecording, loadWave, whyNothing, reloadPart } from './opening.js';

export async function loadQueue() {
  const answer = await getJson('/api/queue');
  byId('event').textContent = answer.event?.title || 'Review';
  document.title = `${answer.event?.title || 'Event'} – review`;
  app.recordings = answer.recordings || [];
  app.parts = answer.parts;
  queue.set(answer);
  byId('counts').textContent = queue.summary();
  if (answer.planned) { // a large event: the first parts are there, the others are looked at
    byId('counts').textContent += ` · ${answer.planned.talks.toLocaleString('en')} of ${answer.planned.of.toLocaleString('en')} talks looked at`;
    setTimeout(() => loadQueue().catch(failed), 300);
  }
}

export function rowsChanged({ parts }) {
  queue.update(parts);
  const changed = new Map(parts.map(row => [row.name, row]));
  app.parts = app.parts.map(row => changed.get(row.name) || row);
  byId('counts').textContent = queue.summary();
  if (app.deciding)
    return; // its answer comes
  const mine = app.part && changed.get(app.part.name);
  if (mine && mine.version !== app.part.version)
    changedElsewhere().catch(failed);
  else if (app.recording && parts.some(row => row.recording === app.recording.id))
    reloadRecording();
}

export const reloadRecording = later(400, async () => {
  const { recording } = app;
  if (!recording)
    return;
  try {
    const answer = await getJson(recordingPath(recording.id));
    if (app.recording !== recording)
      return;
    const unread = !recording.preview;
    Object.assign(recording, answer, { fps: unread ? answer.fps : app.fps });
    if (unread && answer.preview)
      await openRecording(recording.id, player.ms);
    else {
      if (!timeline.wave)
        loadWave(recording);
      byId('nothing').textContent = whyNothing(recording);
      panels.refill('marks', panels.marks);
      waitForReading(recording);
      timeline.redraw();
    }
  } catch (error) {
    failed(error);
  }
});

// What is read and measured on demand appears when it is there.
export function waitForReading(recording) {
  if (['running', 'busy'].includes(recording.reading?.state))
    setTimeout(() => {
      if (app.recording === recording)
        reloadRecording();
    }, 1500);
}

export async function changedElsewhere() {
  const before = app.part;
  await reloadPart();
  const known = new Set((before.decisions || []).map(one => one.id));
  const others = (app.part?.decisions || []).filter(one => !known.has(one.id));
  // What a run found needs no message.
  if (app.part?.name === before.name && others.length)
    app.say(`${before.name} was changed: ${others[0].text} (${others[0].through}, ${when(others[0].at)}).`);
}

export function runProgress({ running, done, left_s: left, parts }) {
  byId('running').hidden = !running;
  byId('progress').value = done || 0;
  byId('left').textContent = left ? `${clock(left * 1000)} left` : '';
  queue.setProgress(running ? parts || {} : {});
}
