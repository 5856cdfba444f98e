// What a program in TypeScript does with the types that openapi-typescript makes of the API's
// description. It is compiled, not run.
import type { components, paths } from "./api";

type Schemas = components["schemas"];
type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

const API = "http://127.0.0.1:8000";

async function read<Path extends keyof paths>(path: Path, token: string): Promise<Answer<Path>> {
  const answer = await fetch(`${API}${path}`, { headers: { Authorization: `Token ${token}` } });
  if (!answer.ok) {
    const refusal: Schemas["Refusal"] = await answer.json();
    throw new Error(refusal.errors.map((error) => `${error.attr ?? ""} ${error.detail}`).join());
  }
  return answer.json();
}

export async function proposers(token: string): Promise<string[]> {
  const page = await read("/api/v1/proposals/", token);
  return page.results.map((proposal) => proposal.lead?.name ?? proposal.body?.name ?? "");
}

export async function late(token: string): Promise<Map<number | null, number>> {
  const page = await read("/api/v1/duties/", token);
  const overdue = page.results.filter((duty) => duty.overdue);
  return new Map(overdue.map((duty) => [duty.proposal, -duty.days]));
}

export const draft: Schemas["BeginInCommitteeInput"] = {
  title: "关于在老旧小区增设电动自行车充电设施的建议",
  suggestions: ["由街道牵头排查需求并统一选址"],
};

// @ts-expect-error -- a draft has a title
export const untitled: Schemas["BeginInCommitteeInput"] = { situation: "飞线充电时有发生" };

// @ts-expect-error -- a collective proposal has no initiator
export const initiator = (proposal: Schemas["Proposal"]): string => proposal.lead.name;

type Order = NonNullable<paths["/api/v1/duties/"]["get"]["parameters"]["query"]>["ordering"];
export const first: Order = ["-due_at"];
// @ts-expect-error -- duties are not ordered by what they are called
export const unordered: Order = ["title"];
