/**
 * `<kakekomi-form>` in the JSX of React 19. One line anywhere in the project: `import type {} from "@kakekomi/form/react";`
 */

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { KakekomiForm, KakekomiFormAttributes, KakekomiFormEventMap } from "./kakekomi.js";

/** `onkakekomi-submitted={({ detail }) => …}`: React 19 listens to the event of this very name. */
type Listeners = { [Type in keyof KakekomiFormEventMap as `on${Type}`]?: (event: KakekomiFormEventMap[Type]) => void };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "kakekomi-form": DetailedHTMLProps<HTMLAttributes<KakekomiForm>, KakekomiForm> &
        KakekomiFormAttributes &
        Listeners;
    }
  }
}
