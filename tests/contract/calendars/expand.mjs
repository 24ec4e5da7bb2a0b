// Reads calendars (a JSON list of texts) from stdin, expands each with ical.js until a date, and writes what takes
// place: start and end in milliseconds, and the summary. `node expand.mjs LIBRARY UNTIL`
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, until] = process.argv.slice(2);
const ICAL = (await import(pathToFileURL(library))).default;
const end = Date.parse(until);
const MOST = 5000;

function expanded(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  const entries = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
  const found = [];
  for (const event of entries.filter((each) => !each.isRecurrenceException())) {
    for (const apart of entries) {
      if (apart.isRecurrenceException() && apart.uid === event.uid) event.relateException(apart.component);
    }
    if (!event.isRecurring()) {
      tell(found, event, event.startDate, event.endDate);
      continue;
    }
    const dates = event.iterator();
    for (let n = 0, next; n < MOST && (next = dates.next()); n++) {
      if (next.toJSDate().getTime() >= end) break;
      const date = event.getOccurrenceDetails(next);
      tell(found, date.item, date.startDate, date.endDate);
    }
  }
  return found;
}

function tell(found, event, starts, ends) {
  const status = event.component.getFirstPropertyValue("status");
  if (status !== "CANCELLED") found.push([starts.toJSDate().getTime(), ends.toJSDate().getTime(), event.summary]);
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(expanded)));
