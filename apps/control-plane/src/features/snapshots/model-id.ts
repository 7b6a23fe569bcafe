/** How variants, gateways and reports name a version: `<name>@<version>`. */
export function modelId(name: string, version: number): string {
  return `${name}@${version}`;
}
