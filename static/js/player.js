/* Players: three seconds on hover, keys on the big player, master and variant in step. */
(() => {
  /* Hover preview: the file is fetched only when somebody points at the poster. */
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  document.addEventListener("pointerenter", (event) => {
    const poster = event.target.closest?.("[data-preview]");
    if (!poster || still.matches || event.pointerType === "touch" || poster.querySelector("video")) return;
    const video = document.createElement("video");
    Object.assign(video, { src: poster.dataset.preview, muted: true, playsInline: true });
    video.addEventListener("timeupdate", () => { if (video.currentTime > 3) video.currentTime = 0; });
    const image = poster.querySelector("img");
    video.addEventListener("playing", () => { if (image) image.hidden = true; }, { once: true });
    poster.append(video);
    video.play().catch(() => video.remove());
    poster.addEventListener("pointerleave", () => {
      video.remove();
      if (image) image.hidden = false;
    }, { once: true });
  }, true);

  const typing = (target) => target.closest("input, textarea, select, button, a, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    const video = document.querySelector("video[data-keys]");
    if (!video || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const jump = { ArrowLeft: -1, ArrowRight: 1, ",": -0.04, ".": 0.04 }[event.key];
    if (event.key === " " || event.key.toLowerCase() === "k") video.paused ? video.play() : video.pause();
    else if (jump) video.currentTime = Math.max(0, video.currentTime + jump);
    else return;
    event.preventDefault();
  });

  /* Side by side: the variant leads, the master follows silently. */
  document.querySelectorAll("[data-follows]").forEach((follower) => {
    const leader = document.getElementById(follower.dataset.follows);
    if (!leader) return;
    follower.muted = true;
    const align = () => { if (Math.abs(follower.currentTime - leader.currentTime) > 0.12) follower.currentTime = leader.currentTime; };
    leader.addEventListener("play", () => { align(); follower.play().catch(() => {}); });
    leader.addEventListener("pause", () => { follower.pause(); align(); });
    leader.addEventListener("seeked", align);
    leader.addEventListener("timeupdate", align);
  });
})();
