// A case from the report to the rating, driven with a client that is generated from the OpenAPI document alone. What it
// needs to know stands in its environment; what came of the case is printed as JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type CaseView = components["schemas"]["CaseView"];

const known = (name: string): string => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
};
const as = (role: string) =>
    createClient<paths>({ baseUrl: known("BASE"), headers: { Authorization: `Bearer ${known(role)}` } });
const [resident, staff, handler, supervisor] = [as("RESIDENT"), as("STAFF"), as("HANDLER"), as("SUPERVISOR")];

let keys = 0;
const sent = () => ({ "Idempotency-Key": `typescript-${++keys}` });

function done<T>(answer: { data?: T; error?: unknown; response: Response }): T {
    if (answer.data === undefined) throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
    return answer.data;
}

const report = { community: known("COMMUNITY"), category: "noise", place: known("PLACE"), text: "楼上装修很吵" };
const reported = done(await resident.POST("/api/issues/v1/cases", { params: { header: sent() }, body: report }));
const one = () => ({ header: sent(), path: { id: reported.id } });

done(await staff.POST("/api/issues/v1/cases/{id}/accept", { params: one(), body: { title: "装修噪声" } }));
done(await staff.POST("/api/issues/v1/cases/{id}/dispatch", { params: one(), body: { unit: known("UNIT") } }));
done(await handler.POST("/api/issues/v1/cases/{id}/start", { params: one(), body: {} }));
done(await handler.POST("/api/issues/v1/cases/{id}/contact", { params: one(), body: {} }));
const shown: CaseView = done(await handler.GET("/api/issues/v1/cases/{id}", { params: { path: { id: reported.id } } }));
const can = shown.can.map((each) => each.command);
done(await handler.POST("/api/issues/v1/cases/{id}/handle", { params: one(), body: { note: "已劝阻" } }));
done(await supervisor.POST("/api/issues/v1/cases/{id}/verify", { params: one(), body: {} }));
const rated = done(await resident.POST("/api/issues/v1/cases/{id}/rate", { params: one(), body: { rating: 5 } }));

// A refusal is typed too: what the document says of it can be read.
const refused = await staff.POST("/api/issues/v1/cases/{id}/accept", { params: one(), body: { title: "装修噪声" } });
const { code, detail } = refused.error ?? {};
console.log(JSON.stringify({ status: rated.status, rating: rated.rating, place: rated.place, can, code, detail }));
