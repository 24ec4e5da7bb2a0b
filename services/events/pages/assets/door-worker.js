/* Keeps the page of the door on the phone, so that it opens without a connection. What it shows is kept by the page. */
"use strict";
const CACHE = "door-1";

const PARTS = ["calendar.css", "door.js", "sun.svg"].map(name => `/calendar/assets/${name}`);

self.addEventListener("install", event => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll([self.registration.scope, ...PARTS])));
});
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", event => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || path.startsWith("/api/")) return;
  event.respondWith(
    fetch(event.request)
      .then(async answer => {
        if (answer.ok) (await caches.open(CACHE)).put(event.request, answer.clone());
        return answer;
      })
      .catch(async () =>
        (await caches.match(event.request)) ||
        (await caches.match(event.request, { ignoreSearch: true })) ||
        Response.error())
  );
});
