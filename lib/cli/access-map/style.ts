/** Each pair of a background and the text on it has a contrast of at least 4.5 (WCAG 2.2 §1.4.3). */
const COLORS = `
:root{color-scheme:light dark;
--page:#f5f6f8;--card:#fff;--band:#eef0f4;--text:#1a1d22;--quiet:#565d68;--rule:#dde1e7;--firm:#b9c0cb;--accent:#2f54c9;
--scope:#e6ecfd;--on-scope:#1f3f9f;--public:#c2321d;--public-soft:#fdebe7;--on-public:#982010;
--optional:#b97d08;--optional-soft:#fdf3dc;--on-optional:#714a00;--fine:#2c8350;--fine-soft:#e4f4ea;--on-fine:#1b6238;
--shadow:0 1px 2px #1a1d2214,0 4px 16px #1a1d220a}
@media (prefers-color-scheme:dark){:root{
--page:#101317;--card:#181c22;--band:#20252d;--text:#e7e9ed;--quiet:#a3abb8;--rule:#2b323c;--firm:#4a5462;--accent:#8eaaff;
--scope:#243463;--on-scope:#c3d2ff;--public:#ff7d66;--public-soft:#3d201b;--on-public:#ffb5a6;
--optional:#e0ac3f;--optional-soft:#382c10;--on-optional:#f4d389;--fine:#5cc78a;--fine-soft:#163323;--on-fine:#a0e2b9;
--shadow:0 1px 2px #0008}}
`

const LAYOUT = `
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,sans-serif;background:var(--page);color:var(--text);-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:110rem;padding:1.75rem clamp(1rem,3vw,3rem) 3rem}
h1,h2,h3,p,dl,dd,ul{margin:0;padding:0}
h1{font-size:1.9rem;line-height:1.15;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:1.15rem;letter-spacing:-.01em;margin:2.25rem 0 .6rem}
h3{font-size:1rem;overflow-wrap:anywhere}
code,.url,.method,.scope,.scheme .name,h3{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{font-size:.92em;overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.top{display:flex;flex-wrap:wrap;gap:1.25rem 3rem;align-items:end;justify-content:space-between}
.kicker{font-size:.78rem;font-weight:600;letter-spacing:.09em;text-transform:uppercase;color:var(--accent)}
.version{font-size:1rem;font-weight:500;letter-spacing:0;color:var(--quiet)}
.counts{display:flex;flex-wrap:wrap;gap:.5rem}
.counts div{min-width:5.4rem;flex:1 0 auto;padding:.45rem .8rem .5rem;background:var(--card);border:1px solid var(--rule);border-top:3px solid var(--firm);border-radius:8px}
.counts dt{font-size:.8rem;color:var(--quiet)}
.counts dd{font-size:1.5rem;line-height:1.15;font-weight:650;font-variant-numeric:tabular-nums}
.counts .public{border-top-color:var(--public)}.counts .public dd{color:var(--on-public)}
.counts .optional{border-top-color:var(--optional)}.counts .optional dd{color:var(--on-optional)}
.counts .protected{border-top-color:var(--fine)}.counts .protected dd{color:var(--on-fine)}
.findings{list-style:none;display:grid;grid-template-columns:minmax(0,1fr);gap:.5rem;overflow-wrap:anywhere;max-height:28rem;overflow-y:auto}
.findings li{padding:.6rem .9rem;background:var(--card);border:1px solid var(--rule);border-left:4px solid var(--public);border-radius:8px}
.rule{padding:.1rem .5rem;border-radius:99px;background:var(--public-soft);color:var(--on-public);font-size:.82rem;font-weight:600}
.findings p+p{margin-top:.25rem;font-size:.92rem}.findings code{font-weight:600}
.fine{color:var(--on-fine);font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.75rem;font-size:.88rem;color:var(--quiet)}
.legend b{color:var(--text);font-weight:600}
.sample{display:inline-flex;align-items:center;gap:.5rem}
.key{display:inline-grid;grid-template-columns:1.15rem 1.15rem;gap:2px .9rem;position:relative}
.key i{font-style:normal;font-size:.68rem;line-height:1rem;text-align:center;border-radius:4px;background:var(--scope);color:var(--on-scope);position:relative}
.key.joined::before{content:"";position:absolute;left:.5rem;right:.5rem;top:50%;border-top:2px solid var(--accent)}
.key.stacked i:last-child{grid-area:2/2}
#filter:not([hidden]){display:flex;flex-wrap:wrap;align-items:end;gap:.6rem .9rem;margin:.9rem 0 .2rem}
label{display:grid;gap:.15rem;font-size:.8rem;color:var(--quiet)}
label.wide{flex:1 1 15rem;max-width:26rem}
label.check{display:flex;align-items:center;gap:.4rem;font-size:.9rem;color:var(--text);min-height:2.3rem}
input[type=search],select,button{font:inherit;font-size:.93rem;color:var(--text);background:var(--card);border:1px solid var(--firm);border-radius:7px;padding:.3rem .6rem;height:2.3rem;width:100%;max-width:100%}
select{min-width:7rem;max-width:14rem}
button{width:auto;cursor:pointer}
input[type=checkbox]{width:1.05rem;height:1.05rem;margin:0;accent-color:var(--accent)}
#shown{margin-left:auto;min-height:2.3rem;display:flex;align-items:center;font-size:.9rem;color:var(--quiet);font-variant-numeric:tabular-nums}
.schemes{columns:22rem;column-gap:.75rem}
article{break-inside:avoid;margin-bottom:.75rem;padding:.9rem 1rem;background:var(--card);border:1px solid var(--rule);border-radius:10px;font-size:.92rem;min-width:0;overflow-wrap:anywhere}
.kind{font-size:.8rem;color:var(--quiet)}
article p+p{margin-top:.35rem}
article table{width:100%;margin-top:.6rem;border-collapse:collapse}
article th,article td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-top:1px solid var(--rule);font-weight:400}
article thead th{border:0;font-size:.78rem;color:var(--quiet)}
article .number{text-align:right;padding-right:0;font-variant-numeric:tabular-nums}
footer{margin-top:2.5rem;font-size:.82rem;color:var(--quiet)}
`

const MATRIX = `
.matrix{position:relative;overflow:auto;max-height:calc(100vh - 2rem);margin-top:.7rem;background:var(--card);border:1px solid var(--rule);border-radius:10px;box-shadow:var(--shadow)}
.matrix table{border-collapse:separate;border-spacing:0;width:100%}
.matrix th,.matrix td{text-align:left;vertical-align:middle;padding:.42rem .75rem;font-weight:400;line-height:1.5rem}
.matrix thead th{position:sticky;top:0;z-index:3;vertical-align:bottom;background:var(--band);border-bottom:1px solid var(--firm);font-size:.85rem;font-weight:600}
.matrix .scheme{min-width:6.2rem}
.scheme .name{display:block;overflow-wrap:anywhere}
.scheme .kind{display:block;font-weight:400;line-height:1.3}
.matrix th.route{position:sticky;left:0;z-index:2;background:var(--card);min-width:17rem;max-width:28rem;border-right:1px solid var(--rule)}
.matrix thead th.route{z-index:4;background:var(--band)}
.matrix tbody th.route{vertical-align:top;border-left:4px solid transparent;padding-left:.65rem}
.matrix th.route.public{border-left-color:var(--public);background:linear-gradient(var(--public-soft),var(--public-soft)) var(--card)}
.matrix th.route.optional{border-left-color:var(--optional)}
.group th{background:var(--band);border-top:1px solid var(--rule);border-bottom:1px solid var(--rule);padding:.12rem .75rem;font-size:.8rem;font-weight:600;color:var(--quiet)}
.matrix .group span{position:sticky;left:.75rem}
.group small{font-size:.9em;font-weight:400;color:var(--quiet);margin-left:.5rem}
.line.last td,.line th.route,.line td.source{border-bottom:1px solid var(--rule)}
.line:not(.last) td:not(.source){border-bottom:1px dashed var(--rule)}
.place{display:flex;align-items:baseline;gap:.55rem}.place>span:last-child{min-width:0}
.method{display:inline-block;min-width:3.5rem;text-align:center;font-size:.74rem;font-weight:650;letter-spacing:.02em;line-height:1.45;padding:0 .38rem;border-radius:4px;border:1px solid var(--firm);color:var(--quiet)}
.method.write{background:var(--text);border-color:var(--text);color:var(--card)}
.url{font-size:.92rem;overflow-wrap:anywhere}
.badge{display:inline-block;font-size:.74rem;line-height:1.45;padding:0 .45rem;border-radius:99px;border:1px dashed var(--firm);color:var(--quiet)}
.badge.live{border:1px solid var(--accent);color:var(--accent)}
.way{white-space:nowrap;font-size:.88rem}
.way .only{color:var(--quiet)}
.way .or{margin-left:.9rem;color:var(--quiet);font-weight:600}
.source{white-space:nowrap;font-size:.85rem;vertical-align:top!important}
.source.inherited{color:var(--quiet);font-style:italic}
td.link{position:relative}
td.link::before{content:"";position:absolute;left:0;right:0;top:50%;border-top:2px solid var(--accent)}
td.link.from::before{left:1.4rem}
td.link.to::before{right:auto;width:1.4rem}
.needed{position:relative;display:inline-flex;flex-wrap:wrap;gap:.25rem}
.scope,.tick{padding:.05rem .45rem;border-radius:5px;background:var(--scope);color:var(--on-scope);font-size:.82rem;line-height:1.55}
.scope{overflow-wrap:break-word;max-width:24rem}
.tick{font-weight:700}
.open{font-size:.88rem}.open.public{color:var(--on-public)}.open.optional{color:var(--on-optional)}
.warning{display:inline-block;padding:0 .45rem;border-radius:99px;font-size:.74rem;font-weight:700;line-height:1.45}
.warning.public{background:var(--public-soft);color:var(--on-public);box-shadow:inset 0 0 0 1px var(--public)}
.warning.optional{background:var(--optional-soft);color:var(--on-optional);box-shadow:inset 0 0 0 1px var(--optional)}
.warning::before{content:"! ";content:"! " / ""}
@media (hover:hover){.line:hover>td:not([rowspan]){background:color-mix(in srgb,var(--band) 60%,transparent)}}
@media (max-width:45rem){.matrix th.route{min-width:10rem;max-width:10rem}.place{flex-direction:column;gap:.1rem}.matrix th,.matrix td{padding:.4rem .5rem}.counts div{min-width:4.8rem}}
`

const PRINT = `
@media print{@page{size:A4 landscape;margin:12mm}
:root{--page:#fff;--shadow:none}
html{font-size:10px}body{max-width:none;padding:0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
#filter:not([hidden]),footer{display:none}
.findings,.matrix{overflow:visible;max-height:none}.matrix{border-radius:0}
.matrix thead th,.matrix th.route{position:static}
.matrix .scheme,.matrix th.route{min-width:0}
.matrix thead{display:table-header-group}tr,article,.findings li{break-inside:avoid}}
`

export const STYLE = COLORS + LAYOUT + MATRIX + PRINT
