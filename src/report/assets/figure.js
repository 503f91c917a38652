/* A figure: a heading, its controls, the chart, a caption, a text alternative, its data as a table, and three ways to save it. */

function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
        if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
        else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
    node.append(...children.filter(child => child !== null && child !== undefined));
    return node;
}

/* Rows are objects with a value for each column's field; a row {span: node} is one cell over all columns, a heading of the rows below it. */
function table(columns, rows, most) {
    const shown = rows.slice(0, most || rows.length);
    const box = element('div', {class: 'scroll', tabindex: 0}, element('table', {},
        element('thead', {}, element('tr', {}, ...columns.map(c => element('th', {scope: 'col', class: c.wide ? 'text wide' : c.text ? 'text' : null}, c.title)))),
        element('tbody', {}, ...shown.map(row => row.span ? element('tr', {}, element('th', {scope: 'colgroup', colspan: columns.length, class: 'span'}, row.span)) : element('tr', {}, ...columns.map(c => {
            const value = row[c.field];
            return element('td', {class: c.wide ? 'text wide' : c.text ? 'text' : null}, value instanceof Node ? value : show(value));
        }))))));
    if (shown.length < rows.length)
        box.append(element('p', {class: 'quiet'}, `The first ${shown.length} of ${rows.length} rows. Save as CSV for all.`));
    return box;
}

function csv(columns, rows) {
    const quoted = x => x === null || x === undefined ? '' : /[",\n]/.test(String(x)) ? '"' + String(x).replaceAll('"', '""') + '"' : String(x);
    return [columns.map(c => quoted(c.field)).join(',')].concat(rows.map(r => columns.map(c => quoted(r[c.field])).join(','))).join('\n') + '\n';
}

function save(name, type, content) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], {type}));
    element('a', {href: url, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function choice(title, options, value, changed) {
    const list = element('select', {'aria-label': title}, ...options.map(o => element('option', {value: o.value}, o.title)));
    list.value = value;
    list.addEventListener('change', () => changed(list.value));
    return element('label', {}, title + ' ', list);
}

/* `figure.controls`: [{name, title, options: [{value, title}], value}]; `figure.make(chosen, width)` gives {spec, rows, columns,
 *    alternative, note}. A figure without rows shows the reason. */
const figures = [];
function add_figure(section, figure) {
    const chosen = {}, chart = element('div', {class: 'chart'}), caption = element('figcaption', {});
    const details = element('details', {}, element('summary', {}, 'Data as a table'));
    const controls = element('div', {class: 'controls'});
    const state = {id: figure.id, drawn: null, redraw: null};
    let made = null, view = null;
    details.addEventListener('toggle', () => fill_details());
    function fill_details() {
        while (details.children.length > 1) details.lastChild.remove();
        if (details.open && made) details.append(table(made.columns, made.rows, 400));
    }
    state.redraw = async () => {
        const width = Math.max(260, chart.clientWidth - 8);
        made = figure.make(chosen, width);
        caption.textContent = [made.alternative, made.note].filter(Boolean).join(' ');
        if (view) view.finalize();
        chart.replaceChildren();
        fill_details();
        view = made.rows.length ? await draw(chart, Object.assign({description: made.alternative}, made.spec)) : null;
        state.drawn = made.rows.length ? 'yes' : 'empty';
    };
    for (const control of figure.controls || []) {
        chosen[control.name] = control.value;
        if (control.options.length > 1)
            controls.append(choice(control.title, control.options, control.value, value => {
                chosen[control.name] = value;
                state.redraw();
            }));
    }
    const file = figure.id;
    const tools = element('div', {class: 'tools'},
        element('button', {type: 'button', onclick: async () => view && save(file + '.svg', 'image/svg+xml', await view.toSVG())}, 'Save SVG'),
        element('button', {type: 'button', onclick: async () => {
            if (!view) return;
            const canvas = await view.toCanvas(2);
            canvas.toBlob(blob => save(file + '.png', 'image/png', blob));
        }}, 'Save PNG'),
        element('button', {type: 'button', onclick: () => made && save(file + '.csv', 'text/csv', csv(made.columns, made.rows))}, 'Save CSV'));
    section.append(element('figure', {id: figure.id}, element('h3', {}, figure.title), controls, chart, caption, tools, details));
    figures.push(state);
    return state;
}

async function redraw_all() {
    for (const figure of figures) await figure.redraw();
    document.documentElement.dataset.drawn = figures.map(f => f.id + ':' + f.drawn).join(' ');
}
