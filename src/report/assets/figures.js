/* The figures of a result, each made from the data of the page by a declarative specification. */
const D = JSON.parse(document.getElementById('data').textContent);
const orders = D.orders;

/* The name of a design point: the values of its factors, in their order, or its label if the experiment gave
 * it one. */
const points = D.points.map((label, p) => {
    const set = D.factors.filter(f => f.value[p] !== null).map(f => show(f.value[p]));
    return /^\d+$/.test(label) && set.length && set.length <= 4 ? set.join(', ') : label;
});

/* The first choice of a figure, if the result has it. */
const first_of = names => ['survival', 'effective_blocs', 'tension_mean'].find(n => names.includes(n)) || names[0];
const cell = (p, o) => p * orders.length + o;
const options = list => list.map((title, k) => ({value: String(k), title}));
const detail_options = () => D.detail.map((p, k) => ({value: String(k), title: points[p]}));
const by_name = (list, name) => list.find(x => x.name === name);
const percent = () => Math.round(100 * D.confidence) + ' %';
const factor_names = D.factors.length && D.factors.length <= 4 && D.points.length > 1
    ? `Design points are named by ${D.factors.map(f => f.name).join(', ')}.` : '';
const sentence = parts => parts.filter(Boolean).join('; ') + '.';
const at_point = k => points.length > 1 ? ` at the design point ${points[D.detail[k]]}` : '';
const pooled = () => D.detail.length < points.length
    ? `Curves are kept here for ${D.detail.length} of ${points.length} design points: --points chooses others.` : '';

const x_axis = title => ({orient: 'bottom', scale: 'x', title, grid: false, tickCount: 7});
const y_axis = title => ({orient: 'left', scale: 'y', title, grid: true, tickCount: 6});

/* Lines with bands: rows {x, y, low, high, order}. */
function lines(rows, width, spec) {
    const step = spec.step ? 'step-after' : 'linear', facet = {name: 'line', data: 'rows', groupby: 'order'};
    return {
        width: width - 20, height: 320, padding: 5, autosize: {type: 'fit', contains: 'padding'}, signals: clicked,
        data: [hidden, {name: 'clicked', on: []}, {name: 'rows', values: rows}].filter(d => d.name !== 'clicked'),
        scales: [{name: 'x', type: 'linear', domain: {data: 'rows', field: 'x'}, range: 'width', nice: false, zero: false},
                 Object.assign({name: 'y', type: 'linear', range: 'height', nice: true},
                               spec.domain ? {domain: spec.domain, nice: false}
                                           : {domain: {data: 'rows', fields: ['low', 'high', 'y']}, zero: false}),
                 ...series_scales(orders)],
        axes: [x_axis(spec.x), y_axis(spec.y)],
        legends: [legend(width, {stroke: 'colour', strokeDash: 'dash'})],
        marks: [{type: 'group', from: {facet}, marks: [
            {type: 'area', interactive: false, from: {data: 'line'}, encode: {update: {
                x: {scale: 'x', field: 'x'}, y: {scale: 'y', field: 'low'}, y2: {scale: 'y', field: 'high'}, interpolate: {value: step},
                defined: {signal: 'isValid(datum.low) && isValid(datum.high)'},
                fill: {scale: 'colour', field: 'order'}, fillOpacity: unless_hidden('order', 0.16, 0)}}},
            {type: 'line', interactive: false, from: {data: 'line'}, encode: {update: {
                x: {scale: 'x', field: 'x'}, y: {scale: 'y', field: 'y'}, interpolate: {value: step},
                defined: {signal: 'isValid(datum.y)'},
                stroke: {scale: 'colour', field: 'order'}, strokeDash: {scale: 'dash', field: 'order'}, strokeWidth: {value: 2},
                strokeOpacity: unless_hidden('order', 1, 0)}}},
            {type: 'symbol', from: {data: 'line'}, encode: {update: {
                x: {scale: 'x', field: 'x'}, y: {scale: 'y', field: 'y'}, size: {value: 70}, fill: {scale: 'colour', field: 'order'},
                fillOpacity: {value: 0}, tooltip: {signal: spec.tooltip}}, hover: {fillOpacity: {value: 1}}, exit: {}}}]}]};
}

/* ---- survival ---- */

const curve_rows = (from, k, fields) => orders.flatMap((order, o) => Array.from({length: D.periods}, (unused, t) => {
    const i = (k * orders.length + o) * D.periods + t, row = {order, x: t};
    for (const [name, array] of Object.entries(fields)) row[name] = from[array][i];
    return row;
})).filter(row => row.y !== null);

function survival_figure(section) {
    if (!D.survival) return;
    add_figure(section, {
        id: 'survival', title: 'Survival of the order', controls: [{name: 'point', title: 'Design point', options: detail_options(), value: '0'}],
        make: (chosen, width) => {
            const k = Number(chosen.point);
            const rows = curve_rows(D.survival, k, {y: 'estimate', low: 'low', high: 'high', at_risk: 'at_risk'});
            const ends = orders.map(order => {
                const own = rows.filter(r => r.order === order), last = own[own.length - 1];
                return last && `${order} ${show(last.y)} [${show(last.low)}, ${show(last.high)}] with ${show(last.at_risk)} worlds at risk`;
            });
            return {rows, columns: [{field: 'order', title: 'Order', text: true}, {field: 'x', title: 'Period'}, {field: 'y', title: 'Surviving'},
                                    {field: 'low', title: 'Low'}, {field: 'high', title: 'High'}, {field: 'at_risk', title: 'At risk'}],
                    alternative: `Kaplan-Meier curves of the share of worlds whose order has not broken down, by period${at_point(k)}. In the last period: ` + sentence(ends),
                    note: ['Bands are pointwise 95 % intervals. Click an order in the legend to hide it.', pooled()].filter(Boolean).join(' '),
                    spec: lines(rows, width, {x: 'Period', y: 'Share surviving', domain: [0, 1], step: true,
                        tooltip: '{Order: datum.order, Period: datum.x, Surviving: datum.y, Low: datum.low, High: datum.high, \'At risk\': datum.at_risk}'})};
        }});
    add_risk_table(section);
}

function add_risk_table(section) {
    const box = element('div', {});
    const at = Array.from({length: 6}, (unused, k) => Math.round(k * (D.periods - 1) / 5)).filter((t, k, all) => all.indexOf(t) === k);
    const fill = k => box.replaceChildren(table(
        [{field: 'order', title: 'Worlds at risk in period', text: true}, ...at.map(t => ({field: 't' + t, title: String(t)}))],
        orders.map((order, o) => Object.assign({order}, Object.fromEntries(at.map(t =>
            ['t' + t, D.survival.at_risk[(k * orders.length + o) * D.periods + t]]))))));
    fill(0);
    const own = section.querySelector('#survival select');
    if (own) own.addEventListener('change', () => fill(Number(own.value)));
    section.querySelector('#survival .tools').before(box);
}

/* ---- distributions ---- */

function distribution_figure(section) {
    const names = Object.keys(D.histogram);
    if (!names.length) return;
    add_figure(section, {
        id: 'distribution', title: 'Distributions over worlds',
        controls: [{name: 'outcome', title: 'Outcome', options: names.map(n => ({value: n, title: n})), value: first_of(names)},
                   {name: 'point', title: 'Design point', options: detail_options(), value: '0'}],
        make: (chosen, width) => {
            const from = D.histogram[chosen.outcome], k = Number(chosen.point), bins = from.low.length, outcome = by_name(D.outcomes, chosen.outcome);
            const rows = orders.flatMap((order, o) => {
                const start = (k * orders.length + o) * bins, counts = from.count.slice(start, start + bins), total = counts.reduce((a, b) => a + b, 0);
                return counts.map((count, b) => ({order, x: from.low[b], until: from.high[b], y: total ? count / total : null, low: 0, high: total ? count / total : null, worlds: count}));
            }).filter(row => row.y !== null);
            // Empty bins at either end are left out.
            const first = Math.min(...rows.filter(r => r.worlds).map(r => r.x)), last = Math.max(...rows.filter(r => r.worlds).map(r => r.until));
            for (let i = rows.length - 1; i >= 0; i--) if (rows[i].until <= first || rows[i].x >= last) rows.splice(i, 1);
            const end = rows.length ? rows.filter(r => r.order === rows[0].order).pop() : null;
            const drawn = end ? rows.concat(orders.map(order => ({order, x: end.until, until: end.until, y: 0, low: 0, high: 0, worlds: 0}))) : rows;
            const middle = orders.map((order, o) => `${order} ${show(outcome.mean[cell(D.detail[k], o)])}`);
            return {rows, columns: [{field: 'order', title: 'Order', text: true}, {field: 'x', title: 'From'}, {field: 'until', title: 'To'},
                                    {field: 'worlds', title: 'Worlds'}, {field: 'y', title: 'Share'}],
                    alternative: `Histograms of ${outcome.name} (${outcome.meaning}) over worlds${at_point(k)}, one for each order. Means: ` + sentence(middle),
                    note: pooled(),
                    spec: lines(drawn, width, {x: `${outcome.name} (${outcome.unit})`, y: 'Share of worlds', step: true,
                        tooltip: '{Order: datum.order, From: datum.x, To: datum.until, Share: datum.y, Worlds: datum.worlds}'})};
        }});
}

/* ---- the plane of stability and fragmentation ---- */

function cells_spec(rows, width, spec) {
    const columns = Math.max(1, Math.min(spec.facets.length, Math.floor(width / 330)));
    const size = Math.max(160, Math.min(380, Math.floor((width - 90) / columns) - 60));
    return {
        padding: 5, autosize: 'pad', layout: {columns, padding: {row: 40, column: 45}, align: 'each', bounds: 'full'},
        data: [{name: 'rows', values: rows}],
        scales: [{name: 'colour', type: spec.scale || 'linear', domain: spec.domain || {data: 'rows', field: 'z'}, range: {scheme: palette().ramp}, nice: false, zero: false}],
        legends: [{fill: 'colour', title: spec.z, orient: 'bottom', direction: 'horizontal', gradientLength: Math.min(260, width - 80), format: spec.format || '.3~g'}],
        marks: [{type: 'group', from: {facet: {name: 'cells', data: 'rows', groupby: 'facet'}}, title: {text: {signal: 'parent.facet'}, anchor: 'start'},
                 encode: {update: {width: {value: size}, height: {value: size * 0.8}, stroke: {value: palette().line}}},
                 signals: [{name: 'width', update: String(size)}, {name: 'height', update: String(size * 0.8)}],
                 scales: spec.banded
                     ? [{name: 'x', type: 'band', domain: {data: 'rows', field: 'x', sort: spec.sort}, range: [0, size]}, {name: 'y', type: 'band', domain: {data: 'rows', field: 'y', sort: spec.sort}, range: [size * 0.8, 0]}]
                     : [{name: 'x', type: 'linear', domain: spec.x_domain, range: [0, size], zero: false}, {name: 'y', type: 'linear', domain: spec.y_domain, range: [size * 0.8, 0], zero: false}],
                 axes: [Object.assign(x_axis(spec.x), spec.banded ? {labelAngle: -35, labelAlign: 'right'} : {tickCount: 4}), y_axis(spec.y)],
                 marks: [{type: 'rect', from: {data: 'cells'}, encode: {update: Object.assign(spec.banded
                     ? {x: {scale: 'x', field: 'x'}, y: {scale: 'y', field: 'y'}, width: {scale: 'x', band: 1}, height: {scale: 'y', band: 1}}
                     : {x: {scale: 'x', field: 'x'}, x2: {scale: 'x', field: 'x2'}, y: {scale: 'y', field: 'y'}, y2: {scale: 'y', field: 'y2'}},
                     {fill: {scale: 'colour', field: 'z'}, tooltip: {signal: spec.tooltip}})}}]}]};
}

function plane_figure(section) {
    if (!D.plane) return;
    const {x, y, count} = D.plane, half_x = x.length > 1 ? (x[1] - x[0]) / 2 : 0.5, half_y = y.length > 1 ? (y[1] - y[0]) / 2 : 0.5;
    add_figure(section, {
        id: 'plane', title: 'Stability and fragmentation', controls: [{name: 'point', title: 'Design point', options: detail_options(), value: '0'}],
        make: (chosen, width) => {
            const k = Number(chosen.point), rows = [];
            orders.forEach((order, o) => x.forEach((a, i) => y.forEach((b, j) => {
                const worlds = count[((k * orders.length + o) * x.length + i) * y.length + j];
                if (worlds > 0) rows.push({facet: order, x: a - half_x, x2: a + half_x, y: b - half_y, y2: b + half_y, survival: a, blocs: b, z: worlds});
            })));
            const top = Math.max(...rows.map(r => r.y2)), modes = orders.map(order => {
                const best = rows.filter(r => r.facet === order).reduce((m, r) => !m || r.z > m.z ? r : m, null);
                return best && `${order} at survival ${show(best.survival)} of the periods with ${show(best.blocs)} effective blocs (${best.z} worlds)`;
            });
            return {rows, columns: [{field: 'facet', title: 'Order', text: true}, {field: 'survival', title: 'Survival (share of periods)'}, {field: 'blocs', title: 'Effective blocs'}, {field: 'z', title: 'Worlds'}],
                    alternative: `Worlds by survival and effective number of blocs at the end${at_point(k)}, one panel for each order. Most frequent: ` + sentence(modes),
                    note: `The colour is logarithmic.` + (top > y[y.length - 1] ? ' The uppermost row is open above.' : ''),
                    spec: cells_spec(rows, width, {facets: orders, x: 'Survival (share of periods)', y: 'Effective blocs', z: 'Worlds', scale: 'log',
                        x_domain: [0, 1], y_domain: [y[0] - half_y, top],
                        tooltip: '{Order: datum.facet, Survival: datum.survival, \'Effective blocs\': datum.blocs, Worlds: datum.z}'})};
        }});
}

/* ---- paths ---- */

function path_figure(section) {
    const names = Object.keys(D.paths);
    if (!names.length) return;
    add_figure(section, {
        id: 'paths', title: 'Paths through time',
        controls: [{name: 'series', title: 'Series', options: names.map(n => ({value: n, title: n})), value: names[0]},
                   {name: 'point', title: 'Design point', options: detail_options(), value: '0'}],
        make: (chosen, width) => {
            const from = D.paths[chosen.series], k = Number(chosen.point);
            const rows = curve_rows(from, k, {y: 'mean', low: 'q05', high: 'q95'});
            const ends = orders.map(order => {
                const own = rows.filter(r => r.order === order);
                return own.length && `${order} from ${show(own[0].y)} to ${show(own[own.length - 1].y)}`;
            });
            return {rows, columns: [{field: 'order', title: 'Order', text: true}, {field: 'x', title: 'Period'}, {field: 'y', title: 'Mean'}, {field: 'low', title: '5 % quantile'}, {field: 'high', title: '95 % quantile'}],
                    alternative: `Mean of ${chosen.series} (${from.meaning}) by period${at_point(k)}: ` + sentence(ends),
                    note: ['Bands contain the middle 90 % of worlds; they are not confidence intervals.', pooled()].filter(Boolean).join(' '),
                    spec: lines(rows, width, {x: 'Period', y: `${chosen.series} (${from.unit})`, tooltip: '{Order: datum.order, Period: datum.x, Mean: datum.y, \'5 %\': datum.low, \'95 %\': datum.high}'})};
        }});
}

/* ---- intervals: means of points, contrasts, claims, sensitivity ---- */

/* Rows {label, group, y, low, high}: one line for each label, groups beside one another. */
function intervals_spec(rows, width, spec) {
    const labels = [...new Set(rows.map(r => r.label))], groups = [...new Set(rows.map(r => r.group))];
    const height = Math.max(60, labels.length * Math.max(22, 14 * groups.length + 8));
    const zero = spec.zero === undefined ? [] : [{type: 'rule', interactive: false, encode: {update: {x: {scale: 'x', value: spec.zero}, y: {value: 0}, y2: {signal: 'height'}, stroke: {value: palette().quiet}, strokeDash: {value: [3, 3]}}}}];
    const y = {scale: 'y', field: 'label', offset: {scale: 'within', field: 'group'}};
    return {
        width: width - 20, height, padding: 5, autosize: {type: 'fit-x', contains: 'padding'}, signals: clicked,
        data: [hidden, {name: 'rows', values: rows}],
        scales: [{name: 'x', type: 'linear', range: 'width', nice: true, zero: false, domain: {data: 'rows', fields: ['low', 'high', 'y'].concat(spec.zero === undefined ? [] : ['zero'])}},
                 {name: 'y', type: 'band', range: 'height', domain: labels, paddingInner: 0.1},
                 {name: 'within', type: 'point', domain: groups, range: {signal: '[bandwidth(\'y\') * 0.2, bandwidth(\'y\') * 0.8]'}, padding: groups.length > 1 ? 0 : 0.5},
                 ...series_scales(groups)],
        axes: [Object.assign(x_axis(spec.x), {grid: true}), {orient: 'left', scale: 'y', labelLimit: Math.max(130, Math.floor(width * 0.5)), domain: false, ticks: false, labelPadding: 6}],
        legends: groups.length > 1 ? [legend(width, {stroke: 'colour', strokeDash: 'dash'})] : [],
        marks: [...zero,
            {type: 'rule', from: {data: 'rows'}, encode: {update: {x: {scale: 'x', field: 'low'}, x2: {scale: 'x', field: 'high'}, y,
                stroke: {scale: 'colour', field: 'group'}, strokeWidth: {value: 2}, strokeDash: {scale: 'dash', field: 'group'}, strokeOpacity: unless_hidden('group', 1, 0), tooltip: {signal: spec.tooltip}}}},
            {type: 'symbol', from: {data: 'rows'}, encode: {update: {x: {scale: 'x', field: 'y'}, y, size: {value: 60},
                fill: {scale: 'colour', field: 'group'}, fillOpacity: unless_hidden('group', 1, 0), tooltip: {signal: spec.tooltip}}}}]};
}

const interval_columns = (label, group) => [{field: 'label', title: label, text: true}, {field: 'group', title: group, text: true}, {field: 'y', title: 'Estimate'}, {field: 'low', title: 'Low'}, {field: 'high', title: 'High'}];
const interval_tooltip = '{\'\': datum.label, Order: datum.group, Estimate: datum.y, Low: datum.low, High: datum.high}';
const with_zero = row => Object.assign(row, {zero: 0});
const MOST_POINTS = 32;

function means_figure(section) {
    if (!D.outcomes.length) return;
    const shown = Math.min(points.length, MOST_POINTS);
    add_figure(section, {
        id: 'means', title: 'Means with intervals',
        controls: [{name: 'outcome', title: 'Outcome', options: D.outcomes.map(o => ({value: o.name, title: o.name})), value: first_of(D.outcomes.map(o => o.name))}],
        make: (chosen, width) => {
            const outcome = by_name(D.outcomes, chosen.outcome), rows = [];
            for (let p = 0; p < shown; p++)
                orders.forEach((order, o) => outcome.mean[cell(p, o)] !== null && rows.push({label: points.length > 1 ? points[p] : order, group: order,
                    y: outcome.mean[cell(p, o)], low: outcome.low[cell(p, o)], high: outcome.high[cell(p, o)], unit: outcome.unit}));
            const range = orders.map(order => {
                const own = rows.filter(r => r.group === order).map(r => r.y);
                return own.length && (own.length > 1 ? `${order} from ${show(Math.min(...own))} to ${show(Math.max(...own))}` : `${order} ${show(own[0])}`);
            });
            return {rows, columns: interval_columns('Design point', 'Order'),
                    alternative: `Means of ${outcome.name} (${outcome.meaning}) with ${percent()} intervals: ` + sentence(range),
                    note: [factor_names, shown < points.length ? `The first ${shown} of ${points.length} design points are shown; the figures by factor show all.` : ''].filter(Boolean).join(' '),
                    spec: intervals_spec(rows, width, {x: `${outcome.name} (${outcome.unit})`, tooltip: interval_tooltip})};
        }});
}

/* ---- by factor ---- */

const level_of = (factor, p) => factor.value[p];
const design_points = () => points.map((unused, p) => p).filter(p => !D.claim_point[p]);

function effect_rows(outcome, factor) {
    const distinct = [...new Set(design_points().map(p => level_of(factor, p)).filter(v => v !== null))];
    const sampled = !factor.text && distinct.length > 24;
    return design_points().flatMap(p => orders.map((order, o) => ({order, x: level_of(factor, p), y: outcome.mean[cell(p, o)], point: points[p]})))
        .filter(r => r.x !== null && r.y !== null).map(r => Object.assign(r, {sampled}));
}

function factor_figure(section) {
    if (!D.factors.length || design_points().length < 2) return;
    add_figure(section, {
        id: 'factor', title: 'Outcomes by factor',
        controls: [{name: 'outcome', title: 'Outcome', options: D.outcomes.map(o => ({value: o.name, title: o.name})), value: first_of(D.outcomes.map(o => o.name))},
                   {name: 'factor', title: 'Factor', options: D.factors.map(f => ({value: f.name, title: f.name})), value: D.factors[0].name}],
        make: (chosen, width) => {
            const outcome = by_name(D.outcomes, chosen.outcome), factor = by_name(D.factors, chosen.factor), rows = effect_rows(outcome, factor);
            const means = [...new Set(rows.map(r => r.x))].flatMap(x => orders.map(order => {
                const own = rows.filter(r => r.x === x && r.order === order).map(r => r.y);
                return {order, x, y: own.length ? own.reduce((a, b) => a + b, 0) / own.length : null};
            })).filter(r => r.y !== null).sort((a, b) => a.x < b.x ? -1 : a.x > b.x ? 1 : 0);
            const scattered = rows.length > 0 && rows[0].sampled, ends = orders.map(order => {
                const own = means.filter(r => r.order === order);
                return own.length && `${order} ${show(own[0].y)} at ${show(own[0].x)} and ${show(own[own.length - 1].y)} at ${show(own[own.length - 1].x)}`;
            });
            return {rows, columns: [{field: 'point', title: 'Design point', text: true}, {field: 'order', title: 'Order', text: true}, {field: 'x', title: factor.name}, {field: 'y', title: outcome.name}],
                    alternative: `Mean of ${outcome.name} (${outcome.meaning}) by ${factor.name}, one mark for each design point and order` +
                        (scattered ? '.' : ', lines through the means over all points with the same level: ' + sentence(ends)),
                    note: 'Points with the same level differ in the other factors.',
                    spec: {
                        width: width - 20, height: 320, padding: 5, autosize: {type: 'fit', contains: 'padding'}, signals: clicked,
                        data: [hidden, {name: 'rows', values: rows}, {name: 'means', values: scattered ? [] : means}],
                        scales: [factor.text ? {name: 'x', type: 'point', range: 'width', padding: 0.5, domain: {data: 'rows', field: 'x'}}
                                             : {name: 'x', type: 'linear', range: 'width', nice: true, zero: false, domain: {data: 'rows', field: 'x'}},
                                 {name: 'y', type: 'linear', range: 'height', nice: true, zero: false, domain: {data: 'rows', field: 'y'}}, ...series_scales(orders)],
                        axes: [x_axis(factor.name), y_axis(`${outcome.name} (${outcome.unit})`)],
                        legends: [legend(width, {stroke: 'colour', strokeDash: 'dash'})],
                        marks: [
                            {type: 'symbol', from: {data: 'rows'}, encode: {update: {x: {scale: 'x', field: 'x'}, y: {scale: 'y', field: 'y'}, size: {value: rows.length > 600 ? 12 : 40},
                                fill: {scale: 'colour', field: 'order'}, fillOpacity: unless_hidden('order', rows.length > 600 ? 0.45 : 0.75, 0),
                                tooltip: {signal: '{\'Design point\': datum.point, Order: datum.order, Level: datum.x, Mean: datum.y}'}}}},
                            {type: 'group', from: {facet: {name: 'line', data: 'means', groupby: 'order'}}, marks: [{type: 'line', interactive: false, from: {data: 'line'}, encode: {update: {
                                x: {scale: 'x', field: 'x'}, y: {scale: 'y', field: 'y'}, stroke: {scale: 'colour', field: 'order'}, strokeDash: {scale: 'dash', field: 'order'},
                                strokeWidth: {value: 2}, strokeOpacity: unless_hidden('order', 1, 0)}}}]}]}};
        }});
}

function heat_figure(section) {
    const gridded = D.factors.filter(f => new Set(design_points().map(p => level_of(f, p))).size <= 40);
    if (gridded.length < 2) return;
    const names = gridded.map(f => ({value: f.name, title: f.name}));
    add_figure(section, {
        id: 'heat', title: 'Two factors together',
        controls: [{name: 'outcome', title: 'Outcome', options: D.outcomes.map(o => ({value: o.name, title: o.name})), value: first_of(D.outcomes.map(o => o.name))},
                   {name: 'across', title: 'Across', options: names, value: gridded[0].name}, {name: 'up', title: 'Up', options: names, value: gridded[1].name}],
        make: (chosen, width) => {
            const outcome = by_name(D.outcomes, chosen.outcome), across = by_name(D.factors, chosen.across), up = by_name(D.factors, chosen.up), sums = new Map();
            for (const p of design_points())
                orders.forEach((order, o) => {
                    const y = outcome.mean[cell(p, o)], key = JSON.stringify([order, level_of(across, p), level_of(up, p)]);
                    if (y === null) return;
                    const half = (outcome.high[cell(p, o)] - outcome.low[cell(p, o)]) / 2, sum = sums.get(key) || {n: 0, y: 0, noise: 0};
                    sums.set(key, {n: sum.n + 1, y: sum.y + y, noise: sum.noise + half * half});
                });
            const rows = [...sums].map(([key, sum]) => {
                const [facet, x, y] = JSON.parse(key);
                return {facet, x, y, z: sum.y / sum.n, half: Math.sqrt(sum.noise) / sum.n, points: sum.n};
            });
            const z = rows.map(r => r.z), low = Math.min(...z), high = Math.max(...z), noise = Math.max(...rows.map(r => r.half));
            const flat = high - low < 2 * noise;
            const domain = flat ? [(low + high) / 2 - noise, (low + high) / 2 + noise] : [low, high];
            return {rows, columns: [{field: 'facet', title: 'Order', text: true}, {field: 'x', title: across.name}, {field: 'y', title: up.name}, {field: 'z', title: outcome.name}, {field: 'half', title: 'Half-width'}, {field: 'points', title: 'Points'}],
                    alternative: `Mean of ${outcome.name} (${outcome.meaning}) by ${across.name} and ${up.name}, one panel for each order; from ${show(low)} to ${show(high)}.`,
                    note: [flat ? `The differences are no larger than their noise (±${show(noise)}): the colours span the noise.` : `Largest half-width of an interval: ${show(noise)}.`,
                           rows.some(r => r.points > 1) ? 'Each cell is the mean over all design points that share both levels.' : ''].filter(Boolean).join(' '),
                    spec: cells_spec(rows, width, {facets: orders, banded: true, sort: true, domain, x: across.name, y: up.name, z: `${outcome.name} (${outcome.unit})`,
                        tooltip: '{Order: datum.facet, Across: datum.x, Up: datum.y, Mean: datum.z, \'Half-width\': datum.half, Points: datum.points}'})};
        }});
}

/* ---- sensitivity ---- */

function sensitivity_figure(section) {
    if (!D.sensitivity.length) return;
    const morris = D.sensitivity[0].method === 'morris', outcomes = [...new Set(D.sensitivity.map(r => r.outcome))];
    const measures = morris ? {mu_star: 'μ*, mean absolute elementary effect'} : {total: 'total', first: 'first order'};
    add_figure(section, {
        id: 'sensitivity', title: morris ? 'Elementary effects (Morris)' : 'Variance-based sensitivity (Sobol\')',
        controls: [{name: 'outcome', title: 'Outcome', options: outcomes.map(o => ({value: o, title: o})), value: first_of(outcomes)},
                   {name: 'order', title: 'Order', options: options(orders), value: '0'}],
        make: (chosen, width) => {
            const own = D.sensitivity.filter(r => r.outcome === chosen.outcome && r.order === orders[Number(chosen.order)]), key = morris ? 'mu_star' : 'total';
            const rows = [...own].sort((a, b) => (b[key] || 0) - (a[key] || 0)).flatMap(r => Object.entries(measures).filter(([m]) => r[m] !== null)
                .map(([m, title]) => with_zero({label: r.factor, group: title, y: r[m], low: r[m + '_low'], high: r[m + '_high']})));
            const strongest = rows.filter(r => r.group === Object.values(measures)[0]).slice(0, 3).map(r => `${r.label} ${show(r.y)} [${show(r.low)}, ${show(r.high)}]`);
            return {rows, columns: interval_columns('Factor', 'Measure'),
                    alternative: rows.length ? `Sensitivity of ${chosen.outcome} in the order ${orders[Number(chosen.order)]}, strongest factors first: ` + sentence(strongest)
                                             : `${chosen.outcome} does not vary between the design points of the order ${orders[Number(chosen.order)]}, beyond the noise of its worlds.`,
                    note: `Intervals at ${percent()} are bootstrapped over the design.`,
                    spec: intervals_spec(rows, width, {x: morris ? 'μ*' : 'Share of the variance between design points', zero: 0, tooltip: '{Factor: datum.label, Measure: datum.group, Estimate: datum.y, Low: datum.low, High: datum.high}'})};
        }});
}

/* Effects of the factors of a plain Latin hypercube or Sobol' design. */
function effects_figure(section) {
    if (!D.effects.length) return;
    const outcomes = [...new Set(D.effects.map(r => r.outcome))];
    add_figure(section, {
        id: 'effects', title: 'Effects of factors (rank correlations)',
        controls: [{name: 'outcome', title: 'Outcome', options: outcomes.map(o => ({value: o, title: o})), value: first_of(outcomes)},
                   {name: 'order', title: 'Order', options: options(orders), value: '0'}],
        make: (chosen, width) => {
            const order = orders[Number(chosen.order)], own = D.effects.filter(r => r.outcome === chosen.outcome && r.order === order && r.estimate !== null);
            const measure = own.some(r => r.method === 'prcc') ? 'partial rank correlation' : 'rank correlation';
            const rows = own.map(r => with_zero({label: r.factor, group: measure, y: r.estimate, low: r.low, high: r.high}));
            return {rows: rows.slice(0, MOST_POINTS), columns: interval_columns('Factor', 'Measure'),
                    alternative: rows.length ? `Effects of the design's factors on the mean of ${chosen.outcome} in the order ${order}, strongest first: ` + sentence(rows.slice(0, 3).map(r => `${r.label} ${show(r.y)} [${show(r.low)}, ${show(r.high)}]`))
                                             : `${chosen.outcome} does not vary between the design points of the order ${order}, or these are too few.`,
                    note: 'From -1 to 1: how closely the points\' means rise (or fall) with a factor, the others held. Intervals at 95 % are simultaneous over the factors.',
                    spec: intervals_spec(rows.slice(0, MOST_POINTS), width, {x: `${measure[0].toUpperCase()}${measure.slice(1)} with the mean of ${chosen.outcome}`, zero: 0, tooltip: '{Factor: datum.label, Measure: datum.group, Estimate: datum.y, Low: datum.low, High: datum.high}'})};
        }});
}

/* ---- claims and contrasts ---- */

function claim_figure(section) {
    const drawn = D.claims.filter(c => c.low !== null || c.by_order.some(b => b.low !== null));
    if (!drawn.length) return;
    const outcomes = [...new Set(drawn.map(c => c.outcome))];
    add_figure(section, {
        id: 'claims-figure', title: 'Claims: estimates with intervals',
        controls: [{name: 'outcome', title: 'Outcome', options: outcomes.map(o => ({value: o, title: o})), value: first_of(outcomes)}],
        make: (chosen, width) => {
            const rows = drawn.filter(c => c.outcome === chosen.outcome).flatMap(c => [{label: c.id, group: c.order, y: c.estimate, low: c.low, high: c.high},
                ...c.by_order.map(b => ({label: c.id, group: b.order, y: b.estimate, low: b.low, high: b.high}))]).filter(r => r.y !== null).map(with_zero);
            return {rows, columns: interval_columns('Claim', 'Order'),
                    alternative: `Estimated effects of the claims about ${chosen.outcome}: ` + sentence(rows.map(r => `${r.label} (${r.group}) ${show(r.y)} [${show(r.low)}, ${show(r.high)}]`)),
                    note: 'An effect counts as positive in the direction that the claim states. The dashed line marks no effect.',
                    spec: intervals_spec(rows, width, {x: `Effect on ${chosen.outcome}`, zero: 0, tooltip: interval_tooltip})};
        }});
}

/* As in the table of robustness; the dashed line is the requirement of *robust*. */
function robustness_figure(section) {
    if (!D.claims.some(c => c.robustness.length)) return;
    add_figure(section, {
        id: 'robustness-figure', title: 'Robustness: share of points with the same sign',
        controls: [],
        make: (chosen, width) => {
            const rows = D.claims.flatMap(c => robust_cells(c).map(r => ({label: c.id, group: place_name(c, r), y: r.same, low: r.same_low, high: r.same_high, verdict: r.verdict, zero: 0.95})));
            return {rows, columns: interval_columns('Claim', 'Order').concat([{field: 'verdict', title: 'Verdict', text: true}]),
                    alternative: 'Share of points around the values of the parameters at which a claim keeps its sign: ' +
                        sentence(rows.map(r => `${r.label} (${r.group}) ${share(r.y)} [${share(r.low)}, ${share(r.high)}], ${r.verdict}`)),
                    note: 'The dashed line marks 95 %, which a robust claim reaches.',
                    spec: intervals_spec(rows, width, {x: 'Share of points with the same sign', zero: 0.95, tooltip: '{Claim: datum.label, Order: datum.group, Share: datum.y, Low: datum.low, High: datum.high, Verdict: datum.verdict}'})};
        }});
}

function contrast_figure(section) {
    if (!D.contrasts.length) return;
    const outcomes = [...new Set(D.contrasts.map(c => c.outcome))];
    add_figure(section, {
        id: 'contrasts', title: 'Paired contrasts on the same worlds',
        controls: [{name: 'outcome', title: 'Outcome', options: outcomes.map(o => ({value: o, title: o})), value: first_of(outcomes)}],
        make: (chosen, width) => {
            const rows = D.contrasts.filter(c => c.outcome === chosen.outcome && c.estimate !== null).map(c => with_zero({label: `${c.more} − ${c.less}`, group: 'difference', y: c.estimate, low: c.low, high: c.high}));
            return {rows: rows.slice(0, MOST_POINTS), columns: interval_columns('Contrast', ''),
                    alternative: `Differences of ${chosen.outcome} between design points and orders: ` + sentence(rows.slice(0, 6).map(r => `${r.label} ${show(r.y)} [${show(r.low)}, ${show(r.high)}]`)),
                    note: rows.length > MOST_POINTS ? `The first ${MOST_POINTS} of ${rows.length}.` : `Intervals at ${percent()} each, not corrected for their number.`,
                    spec: intervals_spec(rows.slice(0, MOST_POINTS), width, {x: `Difference of ${chosen.outcome}`, zero: 0, tooltip: '{Contrast: datum.label, Estimate: datum.y, Low: datum.low, High: datum.high}'})};
        }});
}
