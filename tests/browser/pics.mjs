import { execFileSync } from "node:child_process";
import { BINARY, launch } from "./desk.mjs";
import { Operator, setUpAndSignIn, startWithOperators, PASSWORD, oneTimeCode } from "./operators.mjs";
const [desk, browser] = await Promise.all([startWithOperators(), launch()]);
execFileSync(BINARY, ["demo", "--data", desk.data]);
const context = await browser.newContext({ locale: "ja-JP", viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const operator = new Operator(page);
await page.goto(desk.link); await page.screenshot({path:"/tmp/p-setup.png", fullPage:true});
await setUpAndSignIn(operator, desk.link, "lead");
const shots = async (name) => {
  for (const lang of ["ja","en"]) for (const w of [1280,360]) {
    await page.setViewportSize({width:w,height:w===360?740:800});
    const u = new URL(page.url()); u.searchParams.set("lang",lang); await page.goto(u.href);
    await page.screenshot({path:`/tmp/p-${name}-${lang}-${w}.png`, fullPage:true});
    const over = await page.evaluate(()=>document.documentElement.scrollWidth-innerWidth); if(over>0) console.log(name,lang,w,"overflow",over);
  }
  await page.goto(new URL(page.url()).origin+"/?lang=ja"); await page.setViewportSize({width:1280,height:800});
};
await shots("queue");
const open = async (state) => { await page.goto(desk.desk+"/?state="+state); const l = page.locator("table a, .queue a").filter({hasText:/^\d{4}-\d{4}-\d{4}$/}).first(); await l.click(); };
await open("waiting"); await shots("case");
await page.goto(desk.desk+"/cases/new"); await shots("new");
await page.goto(desk.desk+"/audit"); await shots("audit");
await page.goto(desk.desk+"/sessions"); await shots("sessions");
const c2 = await browser.newContext({ locale: "ja-JP", viewport: { width: 1280, height: 800 } });
const p2 = await c2.newPage(); const admin = new Operator(p2);
await setUpAndSignIn(admin, desk.adminLink, "admin");
await p2.goto(desk.desk+"/accounts"); await p2.screenshot({path:"/tmp/p-accounts.png", fullPage:true}); await p2.goto(desk.desk+"/"); await p2.screenshot({path:"/tmp/p-admin.png"});
console.log(desk.words().split("\n").filter(l=>/ERROR|WARN/.test(l)).slice(0,5).join("\n"));
await browser.close(); await desk.stop();
