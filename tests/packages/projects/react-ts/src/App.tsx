import "@kakekomi/form";
import type { KakekomiForm } from "@kakekomi/form";
import type {} from "@kakekomi/form/react";
import { useRef, useState } from "react";

const { VITE_DESK: desk, VITE_PARTNER: partner } = import.meta.env;

export function App() {
  const [receipt, setReceipt] = useState("");
  const form = useRef<KakekomiForm>(null);
  return (
    <main>
      <kakekomi-form
        ref={form}
        partner={partner}
        desk={desk}
        lang="ja"
        onkakekomi-submitted={({ detail }) => setReceipt(detail.receipt)}
        onkakekomi-error={({ detail }) => console.error(detail.code)}
      >
        <a href={`${desk}/?p=${partner}`}>link</a>
      </kakekomi-form>
      <output>{receipt && receipt === form.current?.receipt ? receipt : ""}</output>
    </main>
  );
}

// @ts-expect-error there is no such mode
export const wrongMode = <kakekomi-form mode="popup" />;
// @ts-expect-error a receipt is no number
export const wrongDetail = <kakekomi-form onkakekomi-submitted={({ detail }) => detail.receipt.toFixed()} />;
