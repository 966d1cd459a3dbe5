'use strict';
// The page of a part: links to times, chapters, previews and, from a disk, captions. Without it the
// video plays by its own controls, and links to times lead into the file.
{
  const video = document.querySelector('video');
  const timeline = document.getElementById('timeline');
  const chapters = [...document.querySelectorAll('.chapters a')];
  const cues = [...document.querySelectorAll('.transcript [data-end]')];

  // 12:30, 1:02:03, 750, 12m30s
  function seconds(text) {
    const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(text);
    const parts = units ? [units[1] || 0, units[2] || 0, units[3] || 0] : text.split(':');
    const time = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
    return text !== '' && parts.length <= 3 && time >= 0 ? time : NaN;
  }

  function clock(time) {
    const [hours, minutes, rest] = [time / 3600, time / 60 % 60, time % 60].map(Math.floor);
    const tail = String(rest).padStart(2, '0');
    return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
  }

  const startOf = element => Number(element.dataset.t);

  // The last of the elements that begins at that time or before.
  const at = (elements, time) => elements.filter(element => startOf(element) <= time + 0.05).pop();

  function seek(time) {
    const go = () => { video.currentTime = time; };
    if (video.readyState > 0)
      go();
    else
      video.addEventListener('loadedmetadata', go, { once: true });
  }

  // page.html#t=12:30 or, as search engines want it, page.html?t=750.
  function followAddress() {
    const hash = /^#t=([\d:.hms]+)$/.exec(location.hash);
    const time = seconds(hash ? hash[1] : new URLSearchParams(location.search).get('t') || '');
    if (Number.isFinite(time))
      seek(time);
  }

  function linkTimes() {
    for (const link of document.querySelectorAll('a[data-t]'))
      link.href = `#t=${link.dataset.t}`;
    document.addEventListener('click', event => {
      const target = event.target.closest('[data-t]');
      if (!target || event.ctrlKey || event.metaKey || event.shiftKey)
        return;
      event.preventDefault();
      seek(startOf(target));
      video.play().catch(() => {}); // a browser may refuse to start it
    });
  }

  function mark(elements) {
    let marked;
    return () => {
      const now = at(elements, video.currentTime);
      if (now === marked)
        return;
      marked?.removeAttribute('aria-current');
      now?.setAttribute('aria-current', 'true');
      marked = now;
    };
  }

  // Browsers load no captions from a disk, but the page has their texts.
  function captionsFromPage() {
    for (const track of video.querySelectorAll('track'))
      track.remove();
    for (const transcript of document.querySelectorAll('.transcript')) {
      const { label, lang } = transcript.dataset;
      const track = video.addTextTrack('captions', label, lang || '');
      track.mode = 'disabled';
      for (const cue of transcript.querySelectorAll('[data-end]')) {
        const text = cue.textContent.replace(/&/g, '&amp;').replace(/</g, '&lt;');
        track.addCue(new VTTCue(startOf(cue), Number(cue.dataset.end), text));
      }
    }
  }

  function offerLink() {
    const button = document.getElementById('copy');
    const said = document.getElementById('copied');
    button.hidden = false;
    button.addEventListener('click', async () => {
      const time = Math.floor(video.currentTime);
      history.replaceState(null, '', `#t=${clock(time)}`);
      try {
        await navigator.clipboard.writeText(location.href);
        said.textContent = `Copied, at ${clock(time)}`;
      } catch { // only pages of https may write to the clipboard
        said.textContent = `The address of this page now leads to ${clock(time)}`;
      }
    });
  }

  // --- the timeline: a slider with previews and chapters ---

  function element(name, className, parent) {
    const made = document.createElement(name);
    made.className = className;
    parent.append(made);
    return made;
  }

  // Shows the picture of a time; pictures are in rows and columns of a few files.
  function showPicture(picture, time) {
    const { pictures, interval, count, columns, rows, width, height } = timeline.dataset;
    if (!pictures)
      return;
    const index = Math.min(Math.floor(time * 1000 / interval), count - 1);
    const place = index % (columns * rows);
    const file = pictures.split(' ')[Math.floor(index / (columns * rows))];
    picture.style.width = `${width}px`;
    picture.style.height = `${height}px`;
    picture.style.backgroundImage = `url("${encodeURI(file)}")`;
    picture.style.backgroundPosition =
      `${-(place % columns) * width}px ${-Math.floor(place / columns) * height}px`;
  }

  function addTicks(bar) {
    for (const chapter of chapters.filter(startOf)) {
      const tick = element('span', 'tick', bar);
      tick.style.left = `${100 * startOf(chapter) / video.duration}%`;
    }
  }

  function describe(time) {
    const chapter = at(chapters, time)?.querySelector('bdi').textContent;
    return chapter ? `${clock(time)}, ${chapter}` : clock(time);
  }

  function buildTimeline() {
    const bar = element('div', 'bar', timeline);
    const slider = element('input', '', bar);
    const preview = element('div', 'preview', bar);
    const picture = element('div', 'picture', preview);
    const text = element('span', '', preview);
    slider.type = 'range';
    slider.max = Math.floor(video.duration);
    slider.setAttribute('aria-label', 'Go to a time of the video');
    addTicks(bar);

    function show(time) {
      showPicture(picture, time);
      text.textContent = describe(time);
      preview.hidden = false;
      const half = preview.offsetWidth / 2;
      const middle = bar.offsetWidth * time / video.duration;
      preview.style.left = `${Math.max(half, Math.min(middle, bar.offsetWidth - half))}px`;
    }

    function follow() {
      if (slider.matches(':active'))
        return;
      slider.value = video.currentTime;
      slider.setAttribute('aria-valuetext', describe(video.currentTime));
      bar.style.setProperty('--done', `${100 * video.currentTime / video.duration}%`);
    }

    preview.hidden = true;
    slider.addEventListener('pointermove', event => {
      const box = bar.getBoundingClientRect();
      show(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * video.duration);
    });
    const go = () => {
      show(Number(slider.value));
      seek(Number(slider.value));
    };
    slider.addEventListener('input', go);
    slider.addEventListener('keydown', event => {
      const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 }[event.key];
      if (!step)
        return;
      event.preventDefault();
      slider.value = Number(slider.value) + step;
      go();
    });
    slider.addEventListener('pointerleave', () => { preview.hidden = true; });
    slider.addEventListener('blur', () => { preview.hidden = true; });
    slider.addEventListener('focus', () => {
      if (slider.matches(':focus-visible'))
        show(video.currentTime);
    });
    video.addEventListener('timeupdate', follow);
    video.addEventListener('seeked', follow);
    follow();
    timeline.hidden = false;
  }

  if (video) {
    if (location.protocol === 'file:')
      captionsFromPage();
    linkTimes();
    offerLink();
    followAddress();
    addEventListener('hashchange', followAddress);
    for (const follow of [mark(chapters), mark(cues)])
      for (const event of ['timeupdate', 'seeked'])
        video.addEventListener(event, follow);
    if (timeline && video.readyState > 0)
      buildTimeline();
    else if (timeline)
      video.addEventListener('loadedmetadata', buildTimeline, { once: true });
  }
}
