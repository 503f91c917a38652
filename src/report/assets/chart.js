/* The modules of Vega that this page needs: lines, bands, bars, cells, axes and legends. */
const vega = {};
for (const name of ['util', 'dataflow', 'scale', 'scenegraph', 'functions', 'parser', 'runtime', 'view', 'interpreter', 'format'])
    Object.assign(vega, load('vega-' + name));
for (const name of ['transforms', 'view-transforms', 'encode'])
    Object.assign(vega.transforms, load('vega-' + name));

/* Colours that remain apart for readers with any common form of colour blindness (Okabe and Ito 2008), on a light and on a
   dark ground; series differ in their dashes as well. */
const palettes = {
    light: {ground: '#f5f7f9', ink: '#1c2024', quiet: '#5a6470', line: '#d5dae0', ramp: 'viridis',
            series: ['#0072b2', '#d55e00', '#009e73', '#a8518a', '#8c6d00', '#444444', '#3a9bd9', '#7a3b00']},
    dark: {ground: '#1c2228', ink: '#e6eaee', quiet: '#a2acb6', line: '#39424c', ramp: 'viridis',
           series: ['#56b4e9', '#ff8f4d', '#2fc79a', '#e08cc4', '#e6c229', '#cccccc', '#9ad0f5', '#c9a27e']}};
const dashes = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 4], [12, 3], [6, 2, 2, 2, 2, 2]];
const dark = window.matchMedia('(prefers-color-scheme: dark)');
let printing = false;
const palette = () => palettes[dark.matches && !printing ? 'dark' : 'light'];

function look() {
    const p = palette(), font = 'system-ui, "Liberation Sans", sans-serif';
    return {
        background: p.ground,
        axis: {labelColor: p.ink, titleColor: p.ink, domainColor: p.quiet, tickColor: p.quiet, gridColor: p.line, labelFont: font,
               titleFont: font, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', labelOverlap: true, labelLimit: 220},
        legend: {labelColor: p.ink, titleColor: p.ink, labelFont: font, titleFont: font, labelFontSize: 12, titleFontSize: 12,
                 titleFontWeight: 'normal', labelLimit: 240},
        title: {color: p.ink, font: font, fontSize: 12, fontWeight: 'normal'},
        text: {fill: p.ink, font: font, fontSize: 12}};
}

const number = new Intl.NumberFormat('en', {maximumSignificantDigits: 4, useGrouping: true});
const show = x => x === null || x === undefined || (typeof x === 'number' && !isFinite(x)) ? '–'
    : typeof x === 'number' ? number.format(x) : String(x);

/* ---- the tooltip ---- */

const tooltip = document.getElementById('tooltip');
function tell(handler, event, item, value) {
    if (value === null || value === undefined || value === '') {
        tooltip.hidden = true;
        return;
    }
    tooltip.replaceChildren(...Object.entries(value).map(([key, x]) => {
        const line = document.createElement('div');
        line.textContent = key + ': ' + show(x);
        return line;
    }));
    tooltip.hidden = false;
    const x = Math.min(event.clientX + 14, window.innerWidth - tooltip.offsetWidth - 6);
    tooltip.style.left = Math.max(4, x) + 'px';
    tooltip.style.top = Math.min(event.clientY + 14, window.innerHeight - tooltip.offsetHeight - 6) + 'px';
}

/* ---- drawing one specification ---- */

/* Draws `spec` into `box`; resolves to the view. Expressions are interpreted and never compiled, so that the page's security
   policy need not allow code made from text. */
async function draw(box, spec) {
    const view = new vega.View(vega.parse(spec, look(), {ast: true}),
                               {renderer: 'svg', container: box, hover: true, expr: vega.expressionInterpreter,
                                loader: refusing_loader, logLevel: vega.Warn});
    view.tooltip(tell);
    return view.runAsync();
}

/* No request is made: the page contains all its data. */
const refusing_loader = {
    load: () => Promise.reject(new Error('this page loads nothing')),
    sanitize: () => Promise.reject(new Error('this page loads nothing'))};

/* ---- pieces that several specifications share ---- */

const clicked = [{name: 'clicked', value: null,
                  on: [{events: '@legend_symbol:click, @legend_label:click', update: '{value: datum.value}', force: true}]}];
const hidden = {name: 'hidden', on: [{trigger: 'clicked', toggle: 'clicked'}]};
const unless_hidden = (field, shown, gone) => [{test: `indata('hidden', 'value', datum.${field})`, value: gone}, {value: shown}];

function legend(width, extra) {
    const faded = [{test: 'indata(\'hidden\', \'value\', datum.value)', value: 0.25}, {value: 1}];
    return Object.assign({orient: 'top', direction: 'horizontal', columns: Math.max(1, Math.floor(width / 170)), symbolType: 'stroke',
                          symbolSize: 500, symbolStrokeWidth: 2.5,
                          encode: {symbols: {name: 'legend_symbol', interactive: true, update: {opacity: faded, cursor: {value: 'pointer'}}},
                                   labels: {name: 'legend_label', interactive: true, update: {opacity: faded, cursor: {value: 'pointer'}}}}},
                         extra);
}

function series_scales(names) {
    const colours = names.map((name, k) => palette().series[k % 8]), patterns = names.map((name, k) => dashes[k % dashes.length]);
    return [{name: 'colour', type: 'ordinal', domain: names, range: colours},
            {name: 'dash', type: 'ordinal', domain: names, range: patterns}];
}
