declare module "ini" {
  export function parse(text: string): unknown;
}
