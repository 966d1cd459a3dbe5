// Sends decisions. The page decides nothing itself: each decision is a request that the server accepts or refuses.
import { post, partPath } from './api.js';
import { againText, when } from './panels.js';
import { queue, panels, app, failed, saved } from './app.js';
import { changedElsewhere } from './following.js';
import { reloadPart } from './opening.js';

export async function request(f) {
  app.deciding++;
  app.trial.abort(); // or it would be refused, for a change by this page itself
  try {
    return await f();
  } catch (error) {
    if (error.status === 409)
      await stale(error).catch(failed);
    else
      failed(error);
    return null;
  } finally {
    app.deciding--;
    const row = app.part && queue.rows.get(app.part.name);
    if (!app.deciding && row && row.version !== app.part.version)
      changedElsewhere().catch(failed); // while the request was on its way
  }
}

async function stale(error) {
  const known = new Set((app.part.decisions || []).map(one => one.id));
  await reloadPart();
  const other = (app.part.decisions || []).find(one => !known.has(one.id));
  const what = other ? `${other.text} (${other.through}, ${when(other.at)}).` : error.message;
  app.say(`Not saved, because ${app.part.name} was changed in the meantime: ${what} The page shows it now, and what you typed is still here: save again if it is right.`, 'error');
}

// draft: the panel whose fields are sent; what was typed there is forgotten once it is saved.
app.decide = (wish, draft) => request(async () => {
  const { part } = app;
  const forget = draft ? panels.sending(draft) : () => {};
  const answer = await post(`${partPath(part)}/decide`, { version: part.version, ...wish });
  forget();
  if (app.part === part)
    await reloadPart();
  saved(`Saved. ${againText(answer.again || {}).replace('Would be', 'The next run:').replace(': made again:', ' makes again:').replace('Nothing would be made again.', 'Nothing is made again.')}`);
  return answer;
});

app.exchange = name => request(async () => {
  const { part } = app;
  const other = queue.rows.get(name);
  const side = ({ talk, part: number, version }) => ({ talk, part: number, version });
  const answer = await post('/api/exchange', { a: side(part), b: side(other) });
  await reloadPart();
  saved(`${part.name} and ${name} have exchanged their recordings.`);
  return answer;
});

app.undo = decision => request(async () => {
  const answer = await post('/api/undo', { decision });
  await reloadPart();
  saved('Undone.');
  return answer;
});

app.drafted = (name, is) => queue.setDraft(name, is);
