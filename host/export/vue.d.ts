/**
 * `<kakekomi-form>` in the templates of Vue 3. One line anywhere in the project: `import type {} from "@kakekomi/form/vue";`
 */

import type { HTMLAttributes, PublicProps } from "vue";
import type { KakekomiFormAttributes, KakekomiFormEventMap } from "./kakekomi.js";

/** `@kakekomi-submitted="({ detail }) => …"`. */
type Listeners = {
  [
    Type in keyof KakekomiFormEventMap as Type extends `kakekomi-${infer Name}`
      ? `onKakekomi${Capitalize<Name>}`
      : never
  ]?: (event: KakekomiFormEventMap[Type]) => void;
};

declare module "vue" {
  interface GlobalComponents {
    "kakekomi-form": new () => {
      $props: Omit<HTMLAttributes, keyof KakekomiFormAttributes> & PublicProps & KakekomiFormAttributes & Listeners;
    };
  }
}
