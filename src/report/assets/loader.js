/* The modules of the charting library, each in the form in which it is published, by name; `load` runs one the first
   time that another asks for it. */
const modules = {}, loaded = {};
function load(name) {
    if (!(name in loaded)) {
        const module = {exports: (loaded[name] = {})};
        if (!modules[name]) throw new Error('no module ' + name);
        modules[name](module.exports, load, module);
        loaded[name] = module.exports;
    }
    return loaded[name];
}
