// The server's answers. Each error is a sentence for the user.
import { sentence } from './basics.js';

export class Refused extends Error {
  constructor(message, status = 0, answer = {}) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

const GONE = 'talkpress review does not answer. Is it still running? If you started it again, open the link that it printed.';

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...options });
  } catch (error) {
    if (error.name === 'AbortError')
      throw error;
    throw new Refused(GONE);
  }
  if (response.ok)
    return response;
  const answer = await response.json().catch(() => ({}));
  throw new Refused(sentence(answer.error || `The server answered ${response.status}`), response.status, answer);
}

export const getJson = async (path, signal) => (await ask(path, { signal })).json();
export const getBytes = async (path, signal) => (await ask(path, { signal })).arrayBuffer();

export const post = async (path, body, signal) => (await ask(path, {
  method: 'POST',
  signal,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})).json();

export const partPath = part => `/api/part/${part.talk}/${part.part}`;
export const recordingPath = id => `/api/recording/${id}`;

// handlers: { parts, progress, reload, connected(bool) }
export function listen(handlers) {
  const source = new EventSource('/api/events');
  for (const name of ['parts', 'progress', 'reload'])
    source.addEventListener(name, event => handlers[name](JSON.parse(event.data || '{}')));
  source.addEventListener('open', () => handlers.connected(true));
  source.addEventListener('error', () => handlers.connected(false));
  return source;
}
