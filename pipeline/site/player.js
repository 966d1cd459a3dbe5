'use strict';
// Starts at the time that the address names: page.html#t=12:30, or #t=750.
{
  const video = document.getElementById('video');

  function seconds(text) {
    const parts = text.split(':').map(Number);
    return parts.length <= 3 && parts.every(part => part >= 0)
      ? parts.reduce((sum, part) => sum * 60 + part, 0) : NaN;
  }

  function seek() {
    const match = /^#t=([\d:.]+)$/.exec(location.hash);
    const time = match ? seconds(match[1]) : NaN;
    if (Number.isFinite(time))
      video.currentTime = time;
  }

  if (video.readyState > 0)
    seek();
  else
    video.addEventListener('loadedmetadata', seek, { once: true });
  addEventListener('hashchange', seek);
}
