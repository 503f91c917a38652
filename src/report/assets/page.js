/* The page: its sections in order. Text from the result file enters as text only, never as markup. */

function add_section(id, title) {
    const section = element('section', {id, 'aria-labelledby': id + '-title'}, element('h2', {id: id + '-title'}, title));
    document.getElementById('main').append(section);
    return section;
}

function paragraph(section, text, style) {
    section.append(element('p', {class: style}, text));
}

function definition_list(entries) {
    return element('dl', {class: 'origin'}, ...entries.filter(([, value]) => value !== '' && value !== null && value !== undefined)
        .flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, String(value))]));
}

function origin() {
    const p = D.provenance, section = add_section('origin', 'What was run');
    section.append(definition_list([
        ['experiment', D.title], ['seed', p.seed], ['luck', p.luck], ['design points', points.length], ['orders', orders.join(', ')],
        ['worlds', `${show(D.worlds_total)} in all` + (D.failures ? `, ${D.failures} set aside as failed` : '')], ['complete', D.complete ? 'yes' : 'no: stopped early, --resume goes on'],
        ['created', p.created], ['program', `quadrille ${p.version}` + (p.commit ? `, commit ${p.commit}` : '')], ['config hash', p.config_hash], ['result hash', p.result_hash],
        ['command', p.command_line], ['computed in', p.seconds === null ? '' : `${show(p.seconds)} s with ${p.threads} threads` + (p.ranks > 1 ? ` on each of ${p.ranks} ranks` : '')],
        ['host', p.host], ['compiler', p.compiler], ['instruction set', p.instruction_set], ['libraries', p.libraries]]));
    section.append(element('details', {}, element('summary', {}, 'The experiment as resolved'), element('pre', {tabindex: 0}, D.config)));
}

function summary() {
    const section = add_section('summary', 'Summary'), control = element('div', {class: 'controls'}), box = element('div', {});
    const fill = p => {
        const rows = D.outcomes.map(outcome => Object.assign({outcome: outcome.name, unit: outcome.unit, meaning: outcome.meaning}, Object.fromEntries(orders.map((order, o) => {
            const i = cell(p, o);
            return [order, outcome.mean[i] === null ? '–' : `${show(outcome.mean[i])} [${show(outcome.low[i])}, ${show(outcome.high[i])}]`];
        }))));
        box.replaceChildren(table([{field: 'outcome', title: 'Outcome', text: true}, ...orders.map(o => ({field: o, title: o})), {field: 'unit', title: 'Unit', text: true}, {field: 'meaning', title: 'Meaning', wide: true}], rows));
    };
    paragraph(section, `Means over worlds with ${percent()} intervals, each interval on its own.` + (D.outcomes_left_out ? ' For so large a design only the main outcomes are shown.' : ''), 'quiet');
    if (points.length > 1) control.append(choice('Design point', options(points), '0', p => fill(Number(p))));
    section.append(control, box);
    fill(0);
    means_figure(section);
}

const interval_text = c => c.estimate === null ? '–' : show(c.estimate) + (c.low === null ? '' : ` [${show(c.low)}, ${show(c.high)}]`);
const verdict_text = v => v ? element('span', {class: 'verdict ' + v}, v) : '';
/* A text in which `name` stands between backticks: its nodes, each name as code. */
const with_code = text => String(text).split('`').map((part, i, all) => i % 2 && i < all.length - 1 ? element('code', {}, part) : (i % 2 ? '`' : '') + part);
const probability = p => p === null ? null : p < 0.0001 ? '< 0.0001' : p;

function claims() {
    if (!D.claims.length) return;
    const section = add_section('claims', 'Verdicts on the claims');
    paragraph(section, 'The claims were stated in the experiment file. Verdicts are corrected together (Holm; where claims stopped the run, by confidence sequences), and the intervals are simultaneous. ' +
        'A claim that names no order is judged in every order and in their mean. Mixed: orders contradict each other.', 'quiet');
    const row = x => ({order: x.order, verdict: verdict_text(x.verdict), estimate: interval_text(x), p: probability(x.p_holm)});
    section.append(table(
        [{field: 'order', title: 'Order', text: true}, {field: 'verdict', title: 'Verdict', text: true}, {field: 'estimate', title: 'Estimate'}, {field: 'p', title: 'p (corrected)'}],
        D.claims.flatMap(c => [
            {span: element('div', {}, element('strong', {}, c.id), ` (${c.outcome}): `, ...with_code(c.says), c.note ? element('div', {class: 'quiet'}, 'Note: ' + c.note) : null)},
            row(c), ...c.by_order.map(row)])));
    claim_figure(section);
    beside_table(section, 'Ablations', 'Each assumption is switched off in turn, on the same worlds. If the effect disappears without it, the assumption carries the claim.',
                 'ablations', 'without', 'Without');
    robustness_table(section);
    robustness_figure(section);
    beside_table(section, 'Baselines', 'The arms of each claim are compared with reference arms.', 'baselines', 'against', 'Against');
}

/* The cells of a claim's robustness without repetition: a claim about one order has that order's cell
 * twice. */
const robust_cells = c => c.order === 'all' && orders.length > 1 ? c.robustness : c.robustness.slice(0, 1);
const place_name = (c, cell) => cell.place === 'claim' ? c.order : cell.place;
const share = x => x === null ? '–' : `${Math.round(1000 * x) / 10} %`;

/* "tension.debt (PRCC 0.62): same sign at 40 % below 0.05, at 100 % above", the strongest first. */
const turning_text = t => `${t.parameter} (rank correlation ${show(t.correlation)} [${show(t.low)}, ${show(t.high)}]): same sign at ${share(t.same_below)} up to ${show(t.middle)}, at ${share(t.same_above)} above`;

function robustness_table(section) {
    const strongest = cell => [...cell.turning].sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation)).slice(0, 3);
    const row = (c, r) => ({order: place_name(c, r), points: r.points, same: `${share(r.same)} [${share(r.same_low)}, ${share(r.same_high)}]`, opposite: share(r.opposite),
        verdict: verdict_text(r.verdict), where: r.condition, turning: strongest(r).map(turning_text).join('; ')});
    const rows = D.claims.filter(c => c.robustness.length).flatMap(c => [{span: element('strong', {}, c.id)}, ...robust_cells(c).map(r => row(c, r))]);
    if (!rows.length) return;
    section.append(element('h3', {}, 'Robustness'));
    paragraph(section, 'Each claim was judged again at the points of a Latin hypercube around the values of the parameters. Same: the share of points with the sign found, with its interval; ' +
        'opposite: the share significantly on the other side. For an undecided claim the sign is that of its estimate, and its robustness is undecided. The parameters named move the effect significantly.', 'quiet');
    section.append(table([{field: 'order', title: 'Order', text: true}, {field: 'verdict', title: 'Verdict', text: true}, {field: 'same', title: 'Same sign'},
                          {field: 'opposite', title: 'Opposite'}, {field: 'points', title: 'Points'}, {field: 'where', title: 'Where', wide: true},
                          {field: 'turning', title: 'Parameters that move it', wide: true}], rows));
}

/* The effect of each claim without one assumption, or against a baseline: claims by rows, `list` by columns. A verdict is written where it is
 * another than the claim's. A table with the intervals opens below. */
function beside_table(section, title, intro, list, key, name) {
    const rows = D.claims.flatMap(c => c[list].map(x => ({id: c.id, [key]: x[key], before: interval_text(c), estimate: interval_text(x), verdict: verdict_text(x.verdict)})));
    if (!rows.length) return;
    const names = [...new Set(rows.map(row => row[key]))];
    const effect = (x, claim) => element('span', {class: 'verdict ' + (x.verdict || ''), title: interval_text(x)},
        x.estimate === null ? '–' : show(x.estimate), x.verdict && x.verdict !== claim.verdict ? element('div', {}, x.verdict) : null);
    const by_claim = D.claims.filter(c => c[list].length).map(c => Object.assign(
        {id: c.id, before: element('span', {}, c.estimate === null ? '–' : show(c.estimate), element('div', {}, verdict_text(c.verdict)))}, Object.fromEntries(c[list].map(x => [x[key], effect(x, c)]))));
    section.append(element('h3', {}, title));
    paragraph(section, intro + ' A verdict appears where it differs from that of the claim as stated.', 'quiet');
    section.append(table([{field: 'id', title: 'Claim', text: true}, {field: 'before', title: 'As stated'}, ...names.map((n, i) => ({field: n, title: i ? n : `${name} ${n}`}))], by_claim));
    section.append(element('details', {}, element('summary', {}, 'The same with intervals'),
        table([{field: 'id', title: 'Claim', text: true}, {field: key, title: name, text: true}, {field: 'verdict', title: 'Verdict', text: true},
               {field: 'estimate', title: 'Estimate'}, {field: 'before', title: 'As stated'}], rows)));
}

function beside() {
    const section = add_section('assumed', 'Assumed and found');
    const list = (title, items) => element('div', {}, element('h3', {}, title), element('ul', {}, ...items.map(item => element('li', {}, item))));
    section.append(element('div', {class: 'beside'},
        list('Assumed by construction', D.assumed), list('Found, not assumed', D.found)));
    paragraph(section, 'A result is a statement about this model under the parameters of the experiment.', 'quiet');
}

function contents() {
    const list = document.getElementById('contents');
    for (const heading of document.querySelectorAll('main > section > h2'))
        list.append(element('li', {}, element('a', {href: '#' + heading.parentNode.id}, heading.textContent)));
}

function build() {
    document.title = (D.title || 'quadrille') + ' – quadrille report';
    document.getElementById('title').textContent = D.title || '(untitled)';
    document.getElementById('about').replaceChildren(...with_code(D.about));
    document.getElementById('state').textContent = D.complete ? '' : 'This run is not complete: the figures show the worlds finished so far.';
    claims();
    summary();
    const stability = add_section('stability', 'Stability and fragmentation');
    survival_figure(stability);
    plane_figure(stability);
    distribution_figure(stability);
    path_figure(add_section('time', 'Through time'));
    const design = add_section('design', 'Across the design');
    factor_figure(design);
    heat_figure(design);
    sensitivity_figure(design);
    effects_figure(design);
    contrast_figure(design);
    beside();
    origin();
    for (const section of document.querySelectorAll('main > section')) if (section.children.length < 2) section.remove();
    contents();
    document.getElementById('footer').textContent = `Made by quadrille ${D.provenance.version} from ${D.file}. Figures are drawn with Vega (BSD-3-Clause; notice in the page's source).`;
}

let width = window.innerWidth;
window.addEventListener('resize', () => {
    if (window.innerWidth !== width) {
        width = window.innerWidth;
        clearTimeout(build.timer);
        build.timer = setTimeout(redraw_all, 200);
    }
});
dark.addEventListener('change', redraw_all);
window.addEventListener('beforeprint', () => { printing = true; redraw_all(); });
window.addEventListener('afterprint', () => { printing = false; redraw_all(); });
build();
redraw_all();
