import { mount } from 'svelte';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import App from './shell/App.svelte';
import { navigation } from './shell/navigation.svelte';

const target = document.getElementById('app');
if (target) {
  navigation.start();
  mount(App, { target });
}
