using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>How pages look: light, dark as the reader's system is set, and on paper.</summary>
internal static class PageStyle
{
    // Pictures carry the light colours as attributes, and so are right as files too; the rules for svg replace them by the theme's.
    public const string Sheet = $$"""
        :root { color-scheme: light dark; --ink: {{Palette.Ink}}; --muted: {{Palette.Muted}}; --grid: {{Palette.Grid}}; --paper: {{Palette.Paper}}; --card: #f7f8fa; --note: #fff7e6; --link: #0060a0; --wrong: {{Palette.Wrong}}; }
        @media screen and (prefers-color-scheme: dark) {
        :root { --ink: #e4e8ed; --muted: #9ea9b6; --grid: #333c47; --paper: #14181d; --card: #1b2027; --note: #33290f; --link: #6cb6f0; --wrong: #ff8a80; }
        }
        body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper); max-width: 1160px; margin: 2rem auto; padding: 0 1.25rem; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
        a { color: var(--link); } p { max-width: 75ch; overflow-wrap: anywhere; }
        .lead { color: var(--muted); margin: .2rem 0 1.4rem; }
        .note { border-left: 4px solid #e69f00; background: var(--note); padding: .5rem .8rem; }
        .numbers { display: flex; flex-wrap: wrap; gap: .8rem; margin: 0; }
        .numbers div { border: 1px solid var(--grid); border-radius: 8px; padding: .6rem 1rem; min-width: 8rem; }
        .numbers dt { color: var(--muted); font-size: .85rem; } .numbers dd { margin: 0; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        figure { margin: 1rem 0; } figure svg { display: block; max-width: calc(100% + 16px); height: auto; margin-left: -16px; } figcaption { color: var(--muted); font-size: .9rem; max-width: 75ch; margin-top: .4rem; }
        .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 1rem; align-items: start; }
        .curves figure { margin: 0; } .curves figcaption { margin-left: 16px; } .curves svg { width: 100%; max-width: 640px; height: auto; margin-left: 0; }
        .samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 230px), 1fr)); gap: 1rem; } .samples figure, .panels figure { margin: 0; }
        .samples svg { width: 100%; height: auto; margin-left: 0; } .keys { display: flex; flex-wrap: wrap; gap: .2rem 1rem; max-width: none; font-size: .9rem; } .keys svg { vertical-align: -2px; }
        .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); gap: .5rem; margin: 0 0 1.1rem; } .panels figcaption { margin: 0; font-size: .85rem; }
        .pixels { width: 100%; image-rendering: pixelated; display: block; } .patch { height: 56px; image-rendering: pixelated; display: block; margin-left: auto; } .no { color: var(--wrong); }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid var(--grid); }
        th { font-weight: 600; color: var(--muted); vertical-align: bottom; } .right { text-align: right; }
        caption { text-align: left; color: var(--muted); font-size: .9rem; padding-bottom: .3rem; }
        .scroll { overflow-x: auto; margin: .8rem 0; } .confusion td { text-align: right; padding: .3rem .8rem; min-width: 2.5rem; white-space: nowrap; } .confusion th { padding: .3rem .8rem; text-align: right; vertical-align: middle; } .confusion th:first-child { padding-left: 0; text-align: left; } .confusion .left { text-align: left; color: var(--wrong); } .sum { border-left: 2px solid var(--grid); }
        h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; overflow-wrap: anywhere; } .text { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 85ch; line-height: 1.7; border: 1px solid var(--grid); border-radius: 8px; padding: .8rem 1rem; }
        .segment { border-bottom: 2px solid; border-radius: 3px; padding: 0 .1em; } .segment sup { color: var(--muted); font-size: .7em; padding-left: .15em; } .left { color: var(--muted); }
        details { margin: .8rem 0; } summary { cursor: pointer; }
        pre { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; font: 13px/1.45 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
        footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--grid); color: var(--muted); font-size: .85rem; overflow-wrap: anywhere; }
        footer dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } footer dd { margin: 0; } footer code { font-family: ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
        svg .ink, svg.ink { fill: var(--ink); } svg .muted { fill: var(--muted); } svg .paper { fill: var(--paper); }
        svg .grid { stroke: var(--grid); } svg .line { stroke: var(--muted); } svg .wrong { fill: var(--wrong); } svg .error { stroke: var(--ink); } svg .halo { stroke: var(--paper); }
        @media print {
        body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt; }
        figure, .panels, .numbers div, tr, .note, .curves > * { break-inside: avoid; } h1, h2, summary, caption { break-after: avoid; } thead { display: table-header-group; }
        details::details-content { content-visibility: visible; display: block; block-size: auto; } summary { list-style: none; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; } .scroll { overflow: visible; }
        td, .note, .numbers div, .segment, img { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        }
        """;
}
